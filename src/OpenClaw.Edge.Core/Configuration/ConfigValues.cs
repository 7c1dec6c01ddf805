using System.Buffers;
using System.Globalization;

namespace OpenClaw.Edge.Configuration;

/// <summary>Brings values to the kind that a key wants, and speaks of them.</summary>
internal static class ConfigValues
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> NoUnit = SearchValues.Create("0123456789. ");

    /// <summary>The value as the key wants it, or null when it cannot be. Texts become numbers and switches because
    /// <c>${VAR}</c> can only make texts.</summary>
    public static ConfigNode? Coerce(ConfigNode node, ConfigKey key) => key.Kind switch
    {
        ConfigKeyKind.Flag => CoerceFlag(node),
        ConfigKeyKind.Whole => CoerceNumber(node, key, whole: true),
        ConfigKeyKind.Real => CoerceNumber(node, key, whole: false),
        ConfigKeyKind.Text => CoerceText(node),
        ConfigKeyKind.Span => node.Kind is ConfigNodeKind.Text or ConfigNodeKind.Number && TryParseSpan(node.Text, out _) ? node : null,
        ConfigKeyKind.Choice => CoerceChoice(node, key),
        ConfigKeyKind.Texts => CoerceTexts(node),
        ConfigKeyKind.TextMap => CoerceTextMap(node),
        _ => node,
    };

    /// <summary>A length of time: digits with <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c>, <c>d</c>, several in a row
    /// (<c>1h30m</c>); a bare number is minutes. At most ten years.</summary>
    public static bool TryParseSpan(string text, out TimeSpan span)
    {
        span = default;
        double total = 0;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest.Length == 0)
        {
            return false;
        }
        while (rest.Length > 0)
        {
            int digits = rest.IndexOfAnyExcept(Digits);
            digits = digits < 0 ? rest.Length : digits;
            if (!double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return false;
            }
            rest = rest[digits..];
            int letters = rest.IndexOfAny(NoUnit);
            letters = letters < 0 ? rest.Length : letters;
            double unit = rest[..letters] switch
            {
                "ms" => 1,
                "s" or "sec" => 1000,
                "" or "m" or "min" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                "w" => 604_800_000,
                _ => double.NaN,
            };
            total += number * unit;
            rest = rest[letters..].TrimStart();
        }
        if (!(total <= 3650 * 86_400_000d))
        {
            return false;
        }
        span = TimeSpan.FromMilliseconds(total);
        return true;
    }

    public static string Describe(ConfigNode node) => node.Kind switch
    {
        ConfigNodeKind.Object => "an object",
        ConfigNodeKind.List => "a list",
        ConfigNodeKind.Text => "a text",
        ConfigNodeKind.Number => "a number",
        ConfigNodeKind.Null => "null",
        _ => "true or false",
    };

    public static string Quote(ConfigNode node)
    {
        string text = node.Text.Length > 60 ? node.Text[..60] + "…" : node.Text;
        return node.IsText ? $"\"{text}\"" : text;
    }

    public static string Range(ConfigKey key) => string.Create(CultureInfo.InvariantCulture, $"{key.Min}-{key.Max}");

    public static string Expected(ConfigKey key) => key.Kind switch
    {
        ConfigKeyKind.Flag => "true or false",
        ConfigKeyKind.Whole => "a whole number",
        ConfigKeyKind.Real => "a number",
        ConfigKeyKind.Span => "a length of time",
        ConfigKeyKind.Choice => "one of " + key.Note.Replace("|", ", ", StringComparison.Ordinal),
        ConfigKeyKind.Texts => "a list of texts",
        ConfigKeyKind.TextMap => "an object of texts",
        _ => "a text",
    };

    public static string Example(ConfigKey key) => key.Kind switch
    {
        ConfigKeyKind.Flag => "Write true or false.",
        ConfigKeyKind.Whole or ConfigKeyKind.Real => $"Write a number in {Range(key)}.",
        ConfigKeyKind.Span => "Write \"30m\", \"90s\" or \"1h30m\".",
        ConfigKeyKind.Choice => $"Write one of {key.Note.Replace("|", ", ", StringComparison.Ordinal)}.",
        ConfigKeyKind.Texts => "Write [\"…\", \"…\"].",
        ConfigKeyKind.TextMap => "Write { name: \"value\" }.",
        _ => "Write \"…\".",
    };

    private static ConfigNode? CoerceFlag(ConfigNode node)
    {
        if (node.Kind is ConfigNodeKind.True or ConfigNodeKind.False)
        {
            return node;
        }
        if (node.Kind is not (ConfigNodeKind.Text or ConfigNodeKind.Number))
        {
            return null;
        }
        return node.Text.Trim().ToUpperInvariant() switch
        {
            "1" or "TRUE" or "YES" or "ON" => ConfigNode.NewWord(ConfigNodeKind.True, node.Source, node.Offset),
            "0" or "FALSE" or "NO" or "OFF" => ConfigNode.NewWord(ConfigNodeKind.False, node.Source, node.Offset),
            _ => null,
        };
    }

    private static ConfigNode? CoerceNumber(ConfigNode node, ConfigKey key, bool whole)
    {
        if (node.Kind is not (ConfigNodeKind.Text or ConfigNodeKind.Number)
            || !double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            || !(value >= key.Min && value <= key.Max) || (whole && value != Math.Floor(value)))
        {
            return null;
        }
        string digits = value.ToString(whole ? "F0" : "R", CultureInfo.InvariantCulture);
        return node.Kind == ConfigNodeKind.Number && digits == node.Text
            ? node : ConfigNode.NewNumber(digits, node.Source, node.Offset);
    }

    private static ConfigNode? CoerceText(ConfigNode node) => node.Kind switch
    {
        ConfigNodeKind.Text => node,
        ConfigNodeKind.Number => ConfigNode.NewText(node.Text, node.Source, node.Offset),
        _ => null,
    };

    private static ConfigNode? CoerceChoice(ConfigNode node, ConfigKey key)
    {
        string text = node.Kind switch
        {
            ConfigNodeKind.Text => node.Text.Trim(),
            ConfigNodeKind.True => "on", // switches that are words of two
            ConfigNodeKind.False => "off",
            _ => "",
        };
        foreach (string word in key.Words)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return node.IsText && node.Text == word ? node : ConfigNode.NewText(word, node.Source, node.Offset);
            }
        }
        return null;
    }

    private static ConfigNode? CoerceTexts(ConfigNode node)
    {
        if (node.Kind != ConfigNodeKind.List)
        {
            if (CoerceText(node) is not ConfigNode single)
            {
                return null;
            }
            ConfigNode one = ConfigNode.NewList(node.Source, node.Offset);
            one.Items.Add(single);
            return one;
        }
        for (int i = 0; i < node.Items.Count; i++)
        {
            if (CoerceText(node.Items[i]) is not ConfigNode text)
            {
                return null;
            }
            node.Items[i] = text;
        }
        return node;
    }

    private static ConfigNode? CoerceTextMap(ConfigNode node)
    {
        if (!node.IsObject)
        {
            return null;
        }
        for (int i = 0; i < node.Members.Count; i++)
        {
            ConfigNode value = node.Members.GetAt(i).Value;
            ConfigNode? text = value.Kind switch
            {
                ConfigNodeKind.True => ConfigNode.NewText("true", value.Source, value.Offset),
                ConfigNodeKind.False => ConfigNode.NewText("false", value.Source, value.Offset),
                _ => CoerceText(value),
            };
            if (text is null)
            {
                return null;
            }
            node.Members.SetAt(i, text);
        }
        return node;
    }
}
