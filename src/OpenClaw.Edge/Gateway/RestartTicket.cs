using System.Text.Json;

namespace OpenClaw.Edge.Gateway;

/// <summary>What became of a wish to start anew.</summary>
public sealed class RestartTicket
{
    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>When, from now on in milliseconds; work that runs then is waited for.</summary>
    public required long DelayMs { get; init; }

    /// <summary>How much of the delay is the pause after the restart before.</summary>
    public long CooldownMs { get; init; }

    /// <summary>Whether it shares a restart that was asked for before.</summary>
    public bool Coalesced { get; init; }

    /// <summary>Writes the <c>restart</c> object, in the original's order.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject("restart"u8);
        json.WriteBoolean("ok"u8, true);
        json.WriteNumber("pid"u8, Environment.ProcessId);
        json.WriteString("signal"u8, "SIGUSR2"u8);
        json.WriteString("reason"u8, Reason);
        json.WriteString("mode"u8, "emit"u8);
        json.WriteNumber("cooldownMsApplied"u8, CooldownMs);
        json.WriteNumber("delayMs"u8, DelayMs);
        json.WriteBoolean("coalesced"u8, Coalesced);
        json.WriteBoolean("emitHooksQueued"u8, false);
        json.WriteEndObject();
    }
}
