using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>messages.queue</c> section.</summary>
public sealed record QueueConfig
{
    /// <summary><c>collect</c>, <c>followup</c>, <c>steer</c> or <c>interrupt</c>.</summary>
    public string Mode { get; init; } = "steer";

    /// <summary>Most waiting messages of a session.</summary>
    public int Cap { get; init; } = 20;

    /// <summary>What goes when the cap is reached: <c>old</c>, <c>new</c> or <c>summarize</c>.</summary>
    public string Drop { get; init; } = "summarize";

    /// <summary>Quiet time in milliseconds before waiting messages start a turn.</summary>
    public int DebounceMs { get; init; } = 500;

    /// <summary>Mode by channel id.</summary>
    public IReadOnlyDictionary<string, string> ByChannel { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Mode of messages that come over the gateway's own socket, which is the channel <c>webchat</c>.</summary>
    public string ModeOfChats => ByChannel.GetValueOrDefault("webchat") ?? Mode;
}
