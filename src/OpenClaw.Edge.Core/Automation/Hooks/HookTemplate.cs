using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Automation;

/// <summary>Fills <c>{{payload.a.b[0]}}</c>, <c>{{headers.x}}</c>, <c>{{query.x}}</c>, <c>{{path}}</c> and <c>{{now}}</c> into a text; what is
/// missing is empty, and an object is its JSON. Pure.</summary>
public static class HookTemplate
{
    private const int MaxChars = 1_000_000;

    /// <summary>Whether a text has anything to fill in.</summary>
    public static bool HasPlaces(string? template) =>
        template is not null && template.IndexOf("{{", StringComparison.Ordinal) is >= 0 and int at && template.IndexOf("}}", at, StringComparison.Ordinal) > at;

    /// <summary>Fills a text in; cut at a million characters.</summary>
    public static string Render(string? template, HookCall call, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(call);
        StringBuilder text = new();
        ReadOnlySpan<char> rest = template;
        while (text.Length < MaxChars)
        {
            int open = rest.IndexOf("{{", StringComparison.Ordinal);
            int close = open < 0 ? -1 : rest[open..].IndexOf("}}", StringComparison.Ordinal);
            if (close < 0)
            {
                break;
            }

            text.Append(rest[..open]).Append(Value(rest.Slice(open + 2, close - 2).Trim().ToString(), call, now));
            rest = rest[(open + close + 2)..];
        }

        text.Append(rest);
        return text.Length <= MaxChars ? text.ToString() : text.ToString(0, MaxChars);
    }

    private static string Value(string place, HookCall call, DateTimeOffset now) =>
        place.Length == 0 ? ""
        : place == "path" ? call.Path
        : place == "now" ? now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
        : After(place, "headers.") is { } header ? call.Header(header) ?? ""
        : After(place, "query.") is { } query ? call.Query(query) ?? ""
        : Of(call.Payload, After(place, "payload.") ?? place);

    private static string? After(string text, string start) => text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : null;

    private static string Of(JsonElement value, string path)
    {
        foreach (string step in path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
            .Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (value.ValueKind == JsonValueKind.Array && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                && index < value.GetArrayLength())
            {
                value = value[index];
            }
            else if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step, out value))
            {
                return "";
            }
        }

        return value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => "",
            JsonValueKind.String => value.GetString()!,
            _ => value.GetRawText(),
        };
    }
}
