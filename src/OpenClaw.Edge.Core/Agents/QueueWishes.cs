using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>What a session wants of its queue beside the mode: quiet time, cap, what goes. Kept among its extra members, under the
/// original's names. Stateless.</summary>
internal static class QueueWishes
{
    private const int MostMs = 60_000; // what messages.queue.debounceMs may be
    private const int MostWaiting = 1_000; // and messages.queue.cap

    /// <summary>The settings that hold for a session.</summary>
    public static QueueConfig Of(SessionRow? row, QueueConfig all) => row?.Extra is not { ValueKind: JsonValueKind.Object } extra ? all : all with
    {
        DebounceMs = Number(extra, "queueDebounceMs", 0, MostMs) ?? all.DebounceMs,
        Cap = Number(extra, "queueCap", 1, MostWaiting) ?? all.Cap,
        Drop = extra.TryGetProperty("queueDrop", out JsonElement drop) && drop.ValueKind == JsonValueKind.String && IsPolicy(drop.GetString()!) ? drop.GetString()! : all.Drop,
    };

    /// <summary>Whether a word is one of these wishes, right or wrong.</summary>
    public static bool Is(string word) =>
        word.StartsWith("debounce:", StringComparison.OrdinalIgnoreCase) || word.StartsWith("cap:", StringComparison.OrdinalIgnoreCase) || word.StartsWith("drop:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads one word of <c>/queue</c>: <c>debounce:0.5s</c>, <c>cap:25</c>, <c>drop:old</c>. Null when it is none of these, else what is
    /// wrong with it, or nothing.</summary>
    public static string? Read(string word, Dictionary<string, JsonElement?> wishes)
    {
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        string value = word[(colon + 1)..];
        switch (colon < 0 ? "" : word[..colon])
        {
            case "debounce":
                double ms = double.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out double bare) ? bare
                    : ConfigValues.TryParseSpan(value, out TimeSpan span) ? span.TotalMilliseconds : -1;
                wishes["queueDebounceMs"] = ms < 0 ? null : Json(ms);
                return ms is >= 0 and <= MostMs ? "" : $"debounce takes a time up to {MostMs / 1000} s, such as debounce:500ms or debounce:2s";
            case "cap":
                bool whole = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int cap) && cap is >= 1 and <= MostWaiting;
                wishes["queueCap"] = Json(cap);
                return whole ? "" : $"cap takes a whole number from 1 to {MostWaiting}, such as cap:10";
            case "drop":
                bool known = IsPolicy(value);
                wishes["queueDrop"] = known ? JsonDocument.Parse($"\"{value}\"").RootElement : null;
                return known ? "" : "drop takes old, new or summarize";
            default:
                return null;
        }
    }

    /// <summary>Takes all wishes back.</summary>
    public static Dictionary<string, JsonElement?> None() => new() { ["queueDebounceMs"] = null, ["queueCap"] = null, ["queueDrop"] = null };

    private static bool IsPolicy(string word) => word is "old" or "new" or "summarize";

    private static JsonElement Json(double number) => JsonDocument.Parse(((int)number).ToString(CultureInfo.InvariantCulture)).RootElement;

    // A patch over the wire may have put anything there.
    private static int? Number(JsonElement extra, string name, int least, int most) =>
        extra.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            ? Math.Clamp(number, least, most) : null;
}
