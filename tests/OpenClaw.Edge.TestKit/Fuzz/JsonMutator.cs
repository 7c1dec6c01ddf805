using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace OpenClaw.Edge.TestKit.Fuzz;

/// <summary>Spoils JSON texts, the same way for the same seed: cut, repeated, bytes exchanged, members doubled, values of another type, huge
/// numbers, depth, long texts, invalid UTF-8, half characters. Not thread-safe.</summary>
public sealed partial class JsonMutator(int seed, IReadOnlyList<string> corpus, int longest = 4096)
{
    private static readonly string[] Values =
    [
        "null", "true", "0", "-0", "-1", "1.5", "1e999", "-1e999", "1E400", "9223372036854775808", "-9223372036854775809", "18446744073709551616",
        "0.1e-400", new string('9', 400), "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00x\"", "\"\\ud83e\\udd9e\"", "\"../../etc/passwd\"",
        "[]", "{}", "[[[]]]", "{\"\":{}}", "[1,\"a\",null]", "\"agent:main:main\"", "\"agent:ghost:main\"", "NaN", "Infinity", "01", "+1", "'a'", "undefined",
    ];

    private static readonly byte[][] BadUtf8 =
    [
        [0xC0, 0x80], [0x80], [0xFF], [0xFE], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xF0, 0x9F, 0xA6], [0xEF, 0xBB, 0xBF],
    ];

    // a member with a plain value; the corpus is written without escaped quotes in names
    [GeneratedRegex("\"(\\w+)\":(\"[^\"\\\\]*\"|-?[0-9.]+|true|false|null|\\[[^\\[\\]]*\\]|\\{[^{}]*\\})", RegexOptions.CultureInvariant)]
    private static partial Regex Member { get; }

    private readonly Random random = new(seed);

    private static ReadOnlySpan<byte> Marks => "{}[]:,\"\\/u0\n\r\t\0 -eE.+"u8;

    /// <summary>The next text; <paramref name="spoiled"/> is false for the one in sixteen that is left as it is.</summary>
    public byte[] Next(out bool spoiled)
    {
        string text = corpus[random.Next(corpus.Count)];
        spoiled = random.Next(16) != 0;
        if (!spoiled)
        {
            return Encoding.UTF8.GetBytes(text);
        }

        for (int i = random.Next(1, 4); i > 0; i--)
        {
            text = Structure(text);
        }

        List<byte> bytes = [.. Encoding.UTF8.GetBytes(text)];
        for (int i = random.Next(0, 4); i > 0; i--)
        {
            Bytes(bytes);
        }

        return [.. bytes];
    }

    private string Structure(string text)
    {
        MatchCollection members = Member.Matches(text);
        if (members.Count == 0)
        {
            return text;
        }

        Match member = members[random.Next(members.Count)];
        Group value = member.Groups[2];
        return random.Next(8) switch
        {
            0 => text.Insert(member.Index, $"\"{member.Groups[1].Value}\":{Value()},"), // the same member twice
            1 => text.Insert(member.Index, member.Value + ","),
            2 => text.Remove(member.Index, member.Length), // leaves a comma where there were two
            3 => text.Insert(member.Index, $"\"{Name()}\":{Value()},"),
            4 => text[..value.Index] + Deep() + text[(value.Index + value.Length)..],
            5 => text[..value.Index] + Long() + text[(value.Index + value.Length)..],
            _ => text[..value.Index] + Value() + text[(value.Index + value.Length)..],
        };
    }

    private string Value() => Values[random.Next(Values.Length)];

    private string Name() => random.Next(4) switch
    {
        0 => "__proto__",
        1 => "\\ud800",
        2 => new string('n', random.Next(1, 200)),
        _ => string.Create(CultureInfo.InvariantCulture, $"x{random.Next(1000)}"),
    };

    private string Deep()
    {
        int depth = 1 << random.Next(1, 11);
        (string open, string close) = random.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
        return string.Concat(Enumerable.Repeat(open, depth)) + "1" + (random.Next(3) == 0 ? "" : string.Concat(Enumerable.Repeat(close, depth)));
    }

    private string Long() => $"\"{new string((char)random.Next('a', 'z'), 1 << random.Next(4, 1 + int.Log2(longest)))}\"";

    private void Bytes(List<byte> text)
    {
        int at = text.Count == 0 ? 0 : random.Next(text.Count);
        switch (random.Next(9))
        {
            case 0:
                text.RemoveRange(at, text.Count - at);
                break;
            case 1:
                text.RemoveRange(at, Math.Min(random.Next(20), text.Count - at));
                break;
            case 2:
                text.InsertRange(at, text.GetRange(at, Math.Min(random.Next(60), text.Count - at)));
                break;
            case 3:
                text.InsertRange(at, BadUtf8[random.Next(BadUtf8.Length)]);
                break;
            case 4:
                text.Insert(at, Marks[random.Next(Marks.Length)]);
                break;
            case 5:
                text.InsertRange(0, Encoding.UTF8.GetBytes(corpus[random.Next(corpus.Count)])); // two texts in one
                break;
            case 6:
                text.AddRange(" \n"u8.ToArray());
                break;
            default:
                if (text.Count > 0)
                {
                    text[at] = (byte)random.Next(256);
                }

                break;
        }
    }
}
