using System.Globalization;

namespace OpenClaw.Edge.Configuration;

/// <summary>Sizes as Docker writes them: <c>512m</c>, <c>1g</c>, <c>1073741824</c>.</summary>
internal static class ByteSize
{
    /// <summary>Reads a size in bytes; a number without unit is bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        string trimmed = text.Trim().ToLowerInvariant().TrimEnd('b').TrimEnd('i');
        long unit = trimmed.Length == 0 ? 0 : trimmed[^1] switch
        {
            'k' => 1L << 10,
            'm' => 1L << 20,
            'g' => 1L << 30,
            't' => 1L << 40,
            _ => 1,
        };
        bytes = 0;
        if (unit == 0 || !double.TryParse(unit == 1 ? trimmed : trimmed[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            || number is not (> 0 and < 1e15))
        {
            return false;
        }

        bytes = (long)(number * unit);
        return true;
    }
}
