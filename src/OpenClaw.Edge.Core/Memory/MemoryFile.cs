namespace OpenClaw.Edge.Memory;

/// <summary>A file of an agent's memory as it lies on the disk.</summary>
/// <param name="Root">Absolute path that it lies in and nothing may leave.</param>
/// <param name="Inner">Its path relative to that.</param>
/// <param name="Path">Its name in results: relative to the workspace, or absolute.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedMs">When it was written, Unix milliseconds.</param>
internal sealed record MemoryFile(string Root, string Inner, string Path, long Size, long ModifiedMs)
{
    /// <summary>The day of a dated note (<c>memory/2026-11-03-kettle.md</c>), as days since the year 1; null for what does not age.</summary>
    public int? Day =>
        Path.StartsWith("memory/", StringComparison.Ordinal)
        && Path[(Path.LastIndexOf('/') + 1)..] is { Length: > 12 } name && name[10] is '.' or '-'
        && DateOnly.TryParseExact(name.AsSpan(0, 10), "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out DateOnly day)
            ? day.DayNumber
            : null;
}
