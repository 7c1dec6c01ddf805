using System.Globalization;

namespace OpenClaw.Edge.Gateway;

/// <summary>The place up to which a client knows a session's history; opaque to the client.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Revision">Its <see cref="Sessions.SessionRow.HistoryRevision"/>: another one means that history began anew.</param>
/// <param name="LastSeq">The newest row that the client has; 0 for none.</param>
internal readonly record struct HistoryCursor(string SessionId, string Revision, long LastSeq)
{
    // Three parts without a dot of their own: two UUIDs and a number.
    /// <summary>The text on the wire.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{SessionId}.{Revision}.{LastSeq}");

    /// <summary>Reads a cursor; false for what is none. Never throws.</summary>
    public static bool TryParse(string text, out HistoryCursor cursor)
    {
        string[] parts = text.Length <= 200 ? text.Split('.') : [];
        bool read = parts.Length == 3 && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        cursor = read ? new HistoryCursor(parts[0], parts[1], long.Parse(parts[2], CultureInfo.InvariantCulture)) : default;
        return read;
    }
}
