using System.Text.Json;

namespace OpenClaw.Edge.Automation;

/// <summary>Where the answer of a job goes. Source: docs/protocol.md, cron.</summary>
public sealed record CronDelivery
{
    /// <summary>Mode: nowhere.</summary>
    public const string None = "none";

    /// <summary>Mode: to a person.</summary>
    public const string Announce = "announce";

    /// <summary>Mode: to a web server.</summary>
    public const string Webhook = "webhook";

    /// <summary><see cref="None"/>, <see cref="Announce"/> or <see cref="Webhook"/>.</summary>
    public required string Mode { get; init; }

    /// <summary>Channel id; null or <c>last</c> means the agent's own conversation.</summary>
    public string? Channel { get; init; }

    /// <summary>Recipient, or the address of a webhook.</summary>
    public string? To { get; init; }

    /// <summary>Account of the channel.</summary>
    public string? AccountId { get; init; }

    /// <summary>Thread in the channel, a text or a number.</summary>
    public JsonElement? ThreadId { get; init; }

    /// <summary>Whether a delivery that fails leaves the run a success.</summary>
    public bool? BestEffort { get; init; }

    /// <summary>Where failures are told, when not by the alert's own way.</summary>
    public JsonElement? FailureDestination { get; init; }

    /// <summary>Address that the end of a run is posted to on top of an announcement.</summary>
    public JsonElement? CompletionDestination { get; init; }
}
