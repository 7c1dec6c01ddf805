using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Automation;

/// <summary>Makes actions of webhooks that the configuration has rules for: the first rule that fits owns the webhook. Pure.</summary>
public static class HookMappings
{
    private const int MaxItems = 200; // the original's

    private static readonly JsonElement s_gmail = Parse("""
        {"match":{"path":"gmail"},"action":"agent","forEach":"messages","name":"Gmail","sessionKey":"hook:gmail:{{messages[0].id}}",
         "messageTemplate":"New email from {{messages[0].from}}\nSubject: {{messages[0].subject}}\n{{messages[0].snippet}}\n{{messages[0].body}}"}
        """u8.ToArray());

    /// <summary>The actions of a webhook; null when no rule fits. Throws <see cref="HookRefusedException"/>.</summary>
    public static IReadOnlyList<HookAction>? Apply(HooksConfig config, HookCall call, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(call);
        IEnumerable<JsonElement> rules = config.Mappings.ValueKind == JsonValueKind.Array ? config.Mappings.EnumerateArray() : [];
        rules = config.Presets.Contains("gmail", StringComparer.OrdinalIgnoreCase) ? rules.Append(s_gmail) : rules;
        foreach (JsonElement rule in rules.Where(rule => rule.ValueKind == JsonValueKind.Object && Fits(rule, call)))
        {
            if (rule.TryGetProperty("transform", out _))
            {
                throw new HookRefusedException("hook mapping failed", 500);
            }

            return [.. Items(rule, call).Select(item => Action(rule, item, now))];
        }

        return null;
    }

    /// <summary>Why a rule does not work here; null when it does.</summary>
    public static string? ProblemOf(JsonElement rule) =>
        rule.ValueKind == JsonValueKind.Object && rule.TryGetProperty("transform", out _)
            ? "transform runs JavaScript, which this gateway does not; webhooks of this mapping get a 500"
            : null;

    private static bool Fits(JsonElement rule, HookCall call)
    {
        if (!rule.TryGetProperty("match", out JsonElement match) || match.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        string? path = Text(match, "path")?.Trim().Trim('/');
        string? source = Text(match, "source");
        return (string.IsNullOrEmpty(path) || path == call.Path) && (source is null || source == Text(call.Payload, "source"));
    }

    // Of each item the templates see the whole webhook with only that item in its list.
    private static IEnumerable<HookCall> Items(JsonElement rule, HookCall call)
    {
        if (Text(rule, "forEach") is not { } list)
        {
            return [call];
        }

        return call.Payload.TryGetProperty(list, out JsonElement items) && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray().Take(MaxItems).Select(item => call with { Payload = With(call.Payload, list, item) })
            : [];
    }

    private static JsonElement With(JsonElement payload, string list, JsonElement item)
    {
        System.Buffers.ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            foreach (JsonProperty member in payload.EnumerateObject().Where(member => member.Name != list))
            {
                member.WriteTo(json);
            }

            json.WriteStartArray(list);
            item.WriteTo(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Parse(bytes.WrittenMemory);
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> utf8)
    {
        using JsonDocument document = JsonDocument.Parse(utf8);
        return document.RootElement.Clone();
    }

    private static HookAction Action(JsonElement rule, HookCall call, DateTimeOffset now)
    {
        bool agent = Text(rule, "action") != "wake";
        string text = HookTemplate.Render(Text(rule, agent ? "messageTemplate" : "textTemplate"), call, now);
        string? key = Text(rule, "sessionKey");
        HookAction action = new()
        {
            IsAgent = agent,
            IsMapped = true,
            Text = text,
            Now = Text(rule, "wakeMode") != "next-heartbeat",
            Name = Filled(rule, "name", call, now) ?? "Hook",
            AgentId = Text(rule, "agentId"),
            SessionKey = Filled(rule, "sessionKey", call, now),
            IsForeignKey = HookTemplate.HasPlaces(key),
            IsPersistent = Text(rule, "sessionMode") == "persistent",
            Deliver = !(rule.TryGetProperty("deliver", out JsonElement deliver) && deliver.ValueKind == JsonValueKind.False),
            Model = Filled(rule, "model", call, now),
            Thinking = Filled(rule, "thinking", call, now),
            TimeoutSeconds = rule.TryGetProperty("timeoutSeconds", out JsonElement seconds) && seconds.TryGetInt32(out int budget) && budget > 0 ? budget : null,
            IsTrusted = rule.TryGetProperty("allowUnsafeExternalContent", out JsonElement unsafely) && unsafely.ValueKind == JsonValueKind.True,
        };
        return key is { Length: > 0 } && action.SessionKey is null ? throw new HookRefusedException("hook mapping sessionKey template rendered empty")
            : text.Trim().Length == 0 ? throw new HookRefusedException($"hook mapping requires {(agent ? "message" : "text")}")
            : !agent && !action.Now && action.SessionKey is not null ? throw new HookRefusedException("hook mapping sessionKey requires wakeMode=now")
            : action;
    }

    private static string? Filled(JsonElement rule, string name, HookCall call, DateTimeOffset now) =>
        HookTemplate.Render(Text(rule, name), call, now).Trim() is { Length: > 0 } text ? text : null;

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
