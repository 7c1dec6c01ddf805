namespace OpenClaw.Edge.Sessions;

/// <summary>Which records of a transcript file hang on which. Records of kinds that are not kept are passed over: what hangs on one hangs
/// on the kept record above it.</summary>
internal sealed class RecordTree
{
    // Of a record that is kept its own id, of another one the id of the kept record above it; null at the root.
    private readonly Dictionary<string, string?> _kept = new(StringComparer.Ordinal);
    private string? _last;

    /// <summary>Records added.</summary>
    public int Count => _kept.Count;

    /// <summary>The kept record in which the active branch ends: the last one, or what a <c>leaf</c> record points to; null for none.</summary>
    public string? Leaf => Kept(_last);

    /// <summary>Adds a record.</summary>
    /// <exception cref="InvalidDataException">There are more than <paramref name="max"/>.</exception>
    /// <returns>The kept record that it follows; null for none.</returns>
    public string? Add(TranscriptRecord record, int max)
    {
        if (_kept.Count >= max)
        {
            throw new InvalidDataException($"The file has more than {max} records: split it.");
        }

        // Old files have no parents: each record then follows the one before; so does one whose parent stood in a damaged line.
        string? parent = !record.HasParent || (record.ParentId is { } named && !_kept.ContainsKey(named)) ? Leaf : Kept(record.ParentId);
        if (record.TargetId is { } target)
        {
            _kept[record.Id] = Kept(target);
        }
        else
        {
            _kept[record.Id] = record.Entry is null ? parent : record.Id;
        }

        _last = record.Id;
        return parent;
    }

    private string? Kept(string? id) => id is null ? null : _kept.GetValueOrDefault(id);
}
