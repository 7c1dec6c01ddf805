using System.Globalization;

namespace OpenClaw.Edge.Configuration;

/// <summary>Reads <c>sandbox.docker.gpus</c>, which is written as <c>docker run --gpus</c> takes it.</summary>
internal static class SandboxGpus
{
    private const string Named = "device=";

    /// <summary>Reads it. False when it means nothing.</summary>
    /// <param name="text"><c>all</c>, a number, or <c>device=ID[,ID…]</c>.</param>
    /// <param name="count">How many; -1 is all, 0 when they are named.</param>
    /// <param name="ids">Which ones; null when they are counted.</param>
    public static bool TryParse(string text, out int count, out IReadOnlyList<string>? ids)
    {
        string value = text.Trim().Trim('"'); // quotes are for a shell, and stand in copied commands
        (count, ids) = (value == "all" ? -1 : 0, null);
        if (value.StartsWith(Named, StringComparison.Ordinal))
        {
            ids = value[Named.Length..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return ids.Count > 0 && ids.All(id => id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or ':' or '.' or '_' or '/'));
        }

        return count == -1 || (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0);
    }
}
