using System.Text.Json;

namespace OpenClaw.Edge.Automation;

/// <summary>Reads what <c>/hooks/wake</c> and <c>/hooks/agent</c> take. Pure; throws <see cref="HookRefusedException"/> in the original's
/// words.</summary>
public static class HookRequests
{
    private const int MaxKey = 256;

    /// <summary>A note.</summary>
    public static HookAction Wake(JsonElement body)
    {
        HookAction action = new()
        {
            IsAgent = false,
            Text = Text(body, "text") ?? throw new HookRefusedException("text required"),
            Now = Text(body, "mode") != "next-heartbeat",
            AgentId = AgentOf(body),
            SessionKey = Text(body, "sessionKey"),
            IsForeignKey = true,
        };
        return action.SessionKey is null || action.Now ? action : throw new HookRefusedException("sessionKey requires mode=now");
    }

    /// <summary>A turn.</summary>
    public static HookAction Agent(JsonElement body)
    {
        HookAction action = new()
        {
            IsAgent = true,
            Text = Text(body, "message") ?? throw new HookRefusedException("message required"),
            Name = Text(body, "name") ?? "Hook",
            AgentId = AgentOf(body),
            SessionKey = Text(body, "sessionKey"),
            IsForeignKey = true,
            Now = Text(body, "wakeMode") != "next-heartbeat",
            IsPersistent = ModeOf(body),
            Deliver = !(body.TryGetProperty("deliver", out JsonElement deliver) && deliver.ValueKind == JsonValueKind.False),
            Model = Has(body, "model") ? Text(body, "model") ?? throw new HookRefusedException("model required") : null,
            Thinking = Text(body, "thinking"),
            TimeoutSeconds = body.TryGetProperty("timeoutSeconds", out JsonElement seconds) && seconds.ValueKind == JsonValueKind.Number
                && seconds.TryGetDouble(out double budget) && budget is >= 1 and <= 604_800 ? (int)budget : null,
        };
        if (action.Deliver && Has(body, "channel"))
        {
            throw new HookRefusedException("channel must be last"); // no messenger has a name here
        }

        if (action.Deliver && (Has(body, "to") || Has(body, "accountId")))
        {
            throw new HookRefusedException("channel and to must be set together for hook delivery");
        }

        return action.IsPersistent && action.SessionKey is null
            ? throw new HookRefusedException("sessionKey is required when sessionMode is persistent")
            : action;
    }

    /// <summary>Whether the sender waits for the end of the turn.</summary>
    public static bool Waits(JsonElement body) => body.TryGetProperty("waitForCompletion", out JsonElement waits)
        && (waits.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? waits.GetBoolean()
            : throw new HookRefusedException("waitForCompletion must be boolean"));

    /// <summary>The sender's key for sending the same again; null when there is none that counts.</summary>
    public static string? IdempotencyKey(HookCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Counts(call.Header("idempotency-key")) ?? Counts(call.Header("x-openclaw-idempotency-key")) ?? Counts(Text(call.Payload, "idempotencyKey"));

        static string? Counts(string? key) => key?.Trim() is { Length: > 0 and <= MaxKey } trimmed ? trimmed : null;
    }

    private static bool ModeOf(JsonElement body) => !Has(body, "sessionMode") ? false : Text(body, "sessionMode") switch
    {
        "persistent" => true,
        "isolated" => false,
        _ => throw new HookRefusedException("sessionMode must be isolated or persistent"),
    };

    private static string? AgentOf(JsonElement body) => !Has(body, "agentId") ? null
        : Text(body, "agentId") ?? throw new HookRefusedException("agentId must be a non-empty string");

    private static bool Has(JsonElement body, string name) => body.TryGetProperty(name, out _);

    private static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString()!.Trim() is { Length: > 0 } text
            ? text
            : null;
}
