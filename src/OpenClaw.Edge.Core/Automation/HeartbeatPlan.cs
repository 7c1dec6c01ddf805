using System.Globalization;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Automation;

/// <summary>Which agents have a heartbeat, when, and what they are asked. Pure.</summary>
public static class HeartbeatPlan
{
    /// <summary>The word of older prompts for: nothing needs attention.</summary>
    public const string Token = "HEARTBEAT_OK";

    private const string DefaultPrompt =
        "This is your regular check-in; no person is asking. Look only at what stands above as a system note, and at what your workspace's notes "
        + "tell you to watch. Do not take up old tasks of this conversation again. If nothing needs the person's attention, answer exactly NO_REPLY; "
        + "otherwise answer with the alert alone.";

    private const string ReminderPrompt =
        "A scheduled reminder is due; it stands above as a system note. Tell the person about it, helpfully and kindly.";

    /// <summary>Agents whose heart beats by itself, with their settings. When agents have blocks of their own, the others have none.</summary>
    public static IReadOnlyList<(string AgentId, HeartbeatConfig Config)> Of(EdgeConfig config, AgentCatalog agents)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(agents);
        (string, HeartbeatConfig)[] own =
            [.. config.Agents.List.Where(agent => agent.Heartbeat is not null).Select(agent => (agent.Id, agent.Heartbeat!))];
        IEnumerable<(string Id, HeartbeatConfig Config)> all = own.Length > 0 ? own : [(agents.Default.Id, config.Agents.Defaults.Heartbeat)];
        return [.. all.Where(one => one.Config.Every > TimeSpan.Zero && agents.TryGet(one.Id, out _))];
    }

    /// <summary>Settings of an agent, whether its heart beats or not.</summary>
    public static HeartbeatConfig For(string agentId, EdgeConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.Agents.List.FirstOrDefault(agent => agent.Id == agentId)?.Heartbeat ?? config.Agents.Defaults.Heartbeat;
    }

    /// <summary>An interval as clients show it: <c>30m</c>, <c>1h</c>.</summary>
    public static string Words(TimeSpan every) => every.TotalMinutes % 60 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{every.TotalHours:0}h")
        : every.TotalSeconds % 60 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{every.TotalMinutes:0}m")
            : string.Create(CultureInfo.InvariantCulture, $"{every.TotalSeconds:0}s");

    /// <summary>Whether a moment is within the active hours; always when there are none.</summary>
    /// <param name="heartbeat">Settings.</param>
    /// <param name="userZone">Zone of the person; null for the machine's.</param>
    /// <param name="now">The moment.</param>
    /// <param name="machine">Zone of the machine.</param>
    public static bool IsActiveAt(HeartbeatConfig heartbeat, string? userZone, DateTimeOffset now, TimeZoneInfo machine)
    {
        ArgumentNullException.ThrowIfNull(heartbeat);
        if (heartbeat.ActiveStart is null && heartbeat.ActiveEnd is null)
        {
            return true;
        }

        TimeZoneInfo zone = ZoneOf(heartbeat.ActiveTimezone, userZone, machine);
        int minute = (int)TimeZoneInfo.ConvertTime(now, zone).TimeOfDay.TotalMinutes;
        int start = Minute(heartbeat.ActiveStart) ?? 0;
        int end = Minute(heartbeat.ActiveEnd) ?? 24 * 60;
        return start < end ? minute >= start && minute < end : start > end && (minute >= start || minute < end);
    }

    /// <summary>What the transcript keeps of the gateway's question; clients know these words and hide them.</summary>
    public static string Marker(string source) => source switch
    {
        "cron" => "[OpenClaw cron wake]",
        "hook" => "[OpenClaw session event]",
        "exec" => "[OpenClaw exec completion]",
        _ => "[OpenClaw heartbeat poll]",
    };

    /// <summary>Whether a person's line is one of those that <see cref="Marker"/> puts there.</summary>
    public static bool IsMarker(string text) =>
        text is "[OpenClaw cron wake]" or "[OpenClaw session event]" or "[OpenClaw exec completion]" or "[OpenClaw heartbeat poll]";

    /// <summary>What the model is asked.</summary>
    public static string Prompt(string source, HeartbeatConfig heartbeat)
    {
        ArgumentNullException.ThrowIfNull(heartbeat);
        return source == "cron" ? ReminderPrompt : string.IsNullOrWhiteSpace(heartbeat.Prompt) ? DefaultPrompt : heartbeat.Prompt.Trim();
    }

    /// <summary>Whether an answer says that nothing needs attention: nothing, <c>NO_REPLY</c>, or <see cref="Token"/> at its start or end with
    /// little beside it.</summary>
    public static bool IsAcknowledgement(string answer, int ackMaxChars)
    {
        ArgumentNullException.ThrowIfNull(answer);
        string text = answer.Trim().Trim('*', '`', '~', '_').Trim();
        if (text.Length == 0 || text == "NO_REPLY")
        {
            return true;
        }

        string bare = text.TrimEnd('.', '!', '?', ',', ';', ':', ' ');
        string? rest = text.StartsWith(Token, StringComparison.Ordinal) ? text[Token.Length..]
            : bare.EndsWith(Token, StringComparison.Ordinal) ? bare[..^Token.Length]
            : null;
        return rest is not null && rest.Trim().Length <= ackMaxChars;
    }

    private static TimeZoneInfo ZoneOf(string? active, string? user, TimeZoneInfo machine)
    {
        string? name = active is null or "user" ? user : active;
        return name is null or "local" ? machine
            : TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone) ? zone
            : machine;
    }

    private static int? Minute(string? text)
    {
        string[] parts = (text ?? "").Split(':');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int hour)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minute)
                ? (hour * 60) + minute
                : null;
    }
}
