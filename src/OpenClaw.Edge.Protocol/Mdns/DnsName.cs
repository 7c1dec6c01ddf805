namespace OpenClaw.Edge.Protocol.Mdns;

/// <summary>A domain name as its labels, without the root. Compared without regard to ASCII case, as DNS does.
/// A label may hold any text: instance names have spaces and dots.</summary>
public sealed class DnsName : IEquatable<DnsName>
{
    private readonly string[] _labels;

    /// <summary>Takes labels as they are; 63 bytes of UTF-8 each are the most that can be written.</summary>
    public DnsName(params string[] labels) => _labels = labels;

    /// <summary>From left to right.</summary>
    public IReadOnlyList<string> Labels => _labels;

    /// <summary>A name whose labels have no dots in them, such as <c>_openclaw-gw._tcp.local</c>.</summary>
    public static DnsName Of(string dotted)
    {
        ArgumentNullException.ThrowIfNull(dotted);
        return new DnsName(dotted.Split('.', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>This name below another: <c>box</c> below <c>local</c>.</summary>
    public DnsName Below(DnsName parent)
    {
        ArgumentNullException.ThrowIfNull(parent);
        return new DnsName([.. _labels, .. parent._labels]);
    }

    /// <inheritdoc />
    public bool Equals(DnsName? other) =>
        other is not null && _labels.AsSpan().SequenceEqual(other._labels, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as DnsName);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (string label in _labels)
        {
            hash.Add(label, StringComparer.OrdinalIgnoreCase);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc />
    public override string ToString() => string.Join('.', _labels);
}
