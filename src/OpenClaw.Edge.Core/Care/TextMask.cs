using System.Buffers;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Care;

/// <summary>Takes out of a text what could be a secret or somebody's words: known secrets wherever they stand, whatever is in quotes,
/// addresses, and long runs of letters and digits. Rather too much than too little.</summary>
public sealed class TextMask
{
    private const int ShortestSecret = 4;
    private const int LongRun = 20;
    private const int LongNumber = 6;

    private static readonly SearchValues<char> s_quotes = SearchValues.Create("\"'`“„«");
    private static readonly SearchValues<char> s_ends = SearchValues.Create(" \t\r\n,;()[]{}<>\"'`=");
    private static readonly string[] s_telling = ["code", "version", "status", "state", "mode", "kind", "phase", "severity", "level", "checkId", "api"];

    private readonly string[] _secrets;
    private readonly string _home;

    /// <summary>Makes a mask.</summary>
    /// <param name="secrets">What must never be shown; very short ones are left to the other rules.</param>
    /// <param name="home">Home folder, which becomes <c>~</c>.</param>
    public TextMask(IEnumerable<string> secrets, string home)
    {
        _secrets = [.. secrets.Select(secret => secret.Trim()).Where(secret => secret.Length >= ShortestSecret).Distinct().OrderByDescending(secret => secret.Length)];
        _home = home.Length > 1 ? home : "\0";
    }

    /// <summary>The text without them.</summary>
    public string Mask(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (string secret in _secrets)
        {
            text = text.Replace(secret, "[secret]", StringComparison.Ordinal);
        }

        text = text.Replace(_home, "~", StringComparison.Ordinal);
        StringBuilder masked = new(text.Length);
        ReadOnlySpan<char> rest = text;
        while (rest.Length > 0)
        {
            if (s_quotes.Contains(rest[0]) && (masked.Length == 0 || !char.IsLetterOrDigit(masked[^1])))
            {
                char end = rest[0] switch { '“' or '„' => '”', '«' => '»', char same => same };
                int close = rest[1..].IndexOf(end);
                masked.Append(rest[0]).Append('…').Append(end);
                rest = close < 0 ? default : rest[(close + 2)..];
                continue;
            }

            int word = rest.IndexOfAny(s_ends);
            word = word < 0 ? rest.Length : word;
            if (word == 0)
            {
                masked.Append(rest[0]);
                rest = rest[1..];
                continue;
            }

            masked.Append(Word(rest[..word].ToString()));
            rest = rest[word..];
        }

        return masked.ToString();
    }

    /// <summary>Writes a JSON value with numbers and flags as they are; of texts only those of members that tell a state.</summary>
    public static void WriteFacts(Utf8JsonWriter json, JsonElement value, string member = "")
    {
        ArgumentNullException.ThrowIfNull(json);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                int number = 0;
                foreach (JsonProperty one in value.EnumerateObject())
                {
                    number++;
                    // a name with a sign in it is somebody's key, not ours
                    json.WritePropertyName(one.Name.All(char.IsAsciiLetter) && one.Name.Length <= LongRun ? one.Name : $"key{number}");
                    WriteFacts(json, one.Value, one.Name);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    WriteFacts(json, item, member);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.String when Array.IndexOf(s_telling, member) < 0 || value.GetString()!.Length > 40:
                json.WriteStringValue($"text of {value.GetString()!.Length}");
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private static string Word(string word)
    {
        int scheme = word.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0)
        {
            return word[..scheme] + "://[address]";
        }

        if (word.Contains('@', StringComparison.Ordinal))
        {
            return "[address]";
        }

        return word.Split('/').Any(IsLong) ? "[long]" : word;
    }

    // Keys, tokens, hashes; telephone and account numbers.
    private static bool IsLong(string part)
    {
        int digits = part.Count(char.IsAsciiDigit);
        int run = 0;
        int longest = 0;
        foreach (char c in part)
        {
            run = char.IsAsciiDigit(c) ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return part.Length >= LongRun && (digits > 0 || part.Any(char.IsAsciiLetterUpper) || part.Length >= 2 * LongRun)
            || longest > LongNumber;
    }
}
