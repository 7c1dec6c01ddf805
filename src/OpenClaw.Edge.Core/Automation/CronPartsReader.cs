using System.Text.Json;
using static OpenClaw.Edge.Automation.CronFields;

namespace OpenClaw.Edge.Automation;

/// <summary>Reads the parts of a job: when, what, and who is told. Pure; throws <see cref="CronInputException"/>.</summary>
internal static class CronPartsReader
{
    private const int MaxWords = 256; // guess: of a command
    private const int MaxCommandChars = 32_768; // guess: one line for a shell
    private const long GraceMs = 60_000; // the original's
    private const long TenYearsMs = 315_576_000_000; // the original's

    public static CronSchedule Schedule(CronJob job, JsonElement value, long nowMs)
    {
        // What belongs to another kind is let go, as there.
        Object(value, "schedule", "kind", "at", "everyMs", "anchorMs", "expr", "tz", "staggerMs", "command", "cwd", "mode", "match", "batchMs", "maxBatchBytes");
        string? kind = Text(value, "kind", "schedule")?.Trim().ToLowerInvariant();
        switch (kind)
        {
            case CronSchedule.AtKind:
                return new CronSchedule { Kind = kind, At = At(Text(value, "at", "schedule") ?? throw Missing("schedule", "at"), nowMs) };
            case CronSchedule.EveryKind:
                long every = Number(value, "everyMs", "schedule", 1) ?? throw Missing("schedule", "everyMs");
                long? kept = job.Schedule.EveryMs == every ? job.Schedule.AnchorMs : null;
                return new CronSchedule { Kind = kind, EveryMs = every, AnchorMs = Number(value, "anchorMs", "schedule", 0) ?? kept ?? nowMs };
            case CronSchedule.CronKind:
                return Expression(job, value, nowMs);
            case CronSchedule.OnExitKind:
                string line = Text(value, "command", "schedule") ?? throw Missing("schedule", "command");
                return line.Length > MaxCommandChars || line.Contains('\0', StringComparison.Ordinal)
                    ? throw new CronInputException("at /schedule/command: must be a line for the shell")
                    : new CronSchedule { Kind = kind, Command = value.GetProperty("command"u8).Clone(), Cwd = Text(value, "cwd", "schedule") };
            case CronSchedule.StreamKind:
                return Stream(value);
            default:
                throw new CronInputException("at /schedule/kind: must be at, every, cron, on-exit or stream");
        }
    }

    public static CronPayload Payload(CronPayload before, JsonElement value)
    {
        Object(value, "payload", "kind", "text", "message", "model", "fallbacks", "thinking", "timeoutSeconds", "toolsAllow", "lightContext",
            "argv", "cwd", "env", "input", "noOutputTimeoutSeconds", "outputMaxBytes", "script", "toolBudget", "allowUnsafeExternalContent", "toolsAllowIsDefault");
        string kind = (Text(value, "kind", "payload") ?? before.Kind) switch
        {
            { } turn when turn.Equals(CronPayload.AgentTurnKind, StringComparison.OrdinalIgnoreCase) => CronPayload.AgentTurnKind,
            { } note when note.Equals(CronPayload.SystemEventKind, StringComparison.OrdinalIgnoreCase) => CronPayload.SystemEventKind,
            { } other => other.ToLowerInvariant(),
        };
        CronPayload old = kind == before.Kind ? before : new CronPayload { Kind = kind, ToolsAllow = before.ToolsAllow, ToolsAllowIsDefault = before.ToolsAllowIsDefault };
        old = old with
        {
            ToolsAllow = Has(value, "toolsAllow") ? Texts(value, "toolsAllow") : old.ToolsAllow,
            ToolsAllowIsDefault = Flag(value, "toolsAllowIsDefault", "payload") ?? old.ToolsAllowIsDefault,
            TimeoutSeconds = Has(value, "timeoutSeconds") ? Seconds(value, "timeoutSeconds", "payload") : old.TimeoutSeconds,
        };
        switch (kind)
        {
            case CronPayload.SystemEventKind:
                return old with { Text = Text(value, "text", "payload") ?? old.Text ?? throw Missing("payload", "text"), TimeoutSeconds = null };
            case CronPayload.AgentTurnKind:
                return old with
                {
                    Message = Text(value, "message", "payload") ?? old.Message ?? throw Missing("payload", "message"),
                    Model = Has(value, "model") ? Text(value, "model", "payload") : old.Model,
                    Thinking = Has(value, "thinking") ? Text(value, "thinking", "payload") : old.Thinking,
                    Fallbacks = Has(value, "fallbacks") ? Texts(value, "fallbacks") : old.Fallbacks,
                    ToolsAllow = old.ToolsAllow ?? ["*"],
                    LightContext = Has(value, "lightContext") ? Flag(value, "lightContext", "payload") : old.LightContext,
                    AllowUnsafeExternalContent = Flag(value, "allowUnsafeExternalContent", "payload") ?? old.AllowUnsafeExternalContent,
                };
            case CronPayload.CommandKind:
                return Command(old, value);
            case CronPayload.ScriptKind:
                return old with
                {
                    Script = Script(Text(value, "script", "payload") ?? old.Script ?? throw Missing("payload", "script"), "payload/script"),
                    ToolsAllow = old.ToolsAllow ?? ["*"],
                    TimeoutSeconds = Math.Clamp(Math.Floor(old.TimeoutSeconds is > 0 and { } wished ? wished : 300), 1, 900), // the original's
                    ToolBudget = (int)Math.Clamp(Number(value, "toolBudget", "payload", long.MinValue) is { } budget ? budget > 0 ? budget : 50 : old.ToolBudget ?? 50, 1, 200),
                };
            default:
                throw new CronInputException("at /payload/kind: must be systemEvent, agentTurn, command or script");
        }
    }

    /// <summary>The condition of a job; null takes it away.</summary>
    public static JsonElement? Trigger(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new CronInputException("at /trigger: must be object");
        }

        string script = Script(Text(value, "script", "trigger") ?? throw new CronInputException("at /trigger/script: must not have fewer than 1 characters"), "trigger/script");
        bool? once = Flag(value, "once", "trigger");
        return Build(json =>
        {
            json.WriteString("script"u8, script);
            if (once is { } flag)
            {
                json.WriteBoolean("once"u8, flag);
            }
        });
    }

    /// <summary>The bounds of a job's wait; null takes them away.</summary>
    public static JsonElement? Pacing(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        Object(value, "pacing", "min", "max");
        Bounds(value);
        return value.Clone();
    }

    /// <summary>The bounds in milliseconds.</summary>
    public static (long? Min, long? Max) Bounds(JsonElement pacing)
    {
        long? One(string name) => !Has(pacing, name) ? null
            : Span(Text(pacing, name, "pacing")) ?? throw CronInputException.Unavailable($"cron pacing {name} must be a positive duration");
        (long? min, long? max) = (One("min"), One("max"));
        return min is null && max is null ? throw CronInputException.Unavailable("cron pacing requires at least one of min or max")
            : min > max ? throw CronInputException.Unavailable("cron pacing min must not exceed max")
            : (min, max);
    }

    public static CronDelivery? Delivery(CronDelivery? before, JsonElement value, bool isNew)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return isNew ? null : before;
        }

        Object(value, "delivery", "mode", "channel", "to", "accountId", "threadId", "bestEffort", "failureDestination", "completionDestination");
        string? asked = Text(value, "mode", "delivery");
        string mode = asked ?? (isNew ? throw Missing("delivery", "mode") : before?.Mode ?? CronDelivery.Announce);
        mode = mode == "deliver" ? CronDelivery.Announce : mode;
        if (mode is not (CronDelivery.None or CronDelivery.Announce or CronDelivery.Webhook))
        {
            throw new CronInputException("at /delivery/mode: must be none, announce or webhook");
        }

        CronDelivery old = before ?? new CronDelivery { Mode = mode };
        bool webhook = mode == CronDelivery.Webhook;
        if (asked is not null)
        {
            bool other = old.Mode != mode && (webhook || old.Mode == CronDelivery.Webhook);
            old = old with { Mode = mode, To = other ? null : old.To, CompletionDestination = mode == CronDelivery.Announce ? old.CompletionDestination : null };
            old = webhook ? old with { Channel = null, ThreadId = null, AccountId = null } : old;
        }

        if (webhook && isNew && !Has(value, "to"))
        {
            throw Missing("delivery", "to");
        }

        return old with
        {
            Mode = mode,
            Channel = Has(value, "channel") ? Channel(Text(value, "channel", "delivery"), "delivery.channel") : old.Channel,
            To = Has(value, "to") ? Text(value, "to", "delivery") : old.To,
            AccountId = Has(value, "accountId") ? Text(value, "accountId", "delivery") : old.AccountId,
            ThreadId = Has(value, "threadId") ? Thread(value.GetProperty("threadId")) : old.ThreadId,
            BestEffort = Flag(value, "bestEffort", "delivery") ?? old.BestEffort,
            FailureDestination = Has(value, "failureDestination") ? Destination(old.FailureDestination, value.GetProperty("failureDestination")) : old.FailureDestination,
            CompletionDestination = Has(value, "completionDestination") ? Completion(value.GetProperty("completionDestination")) : old.CompletionDestination,
        };
    }

    public static JsonElement? Alert(JsonElement? before, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.False)
        {
            return value.ValueKind == JsonValueKind.Null ? null : value.Clone();
        }

        Object(value, "failureAlert", "after", "cooldownMs", "includeSkipped", "mode", "channel", "to", "accountId");
        Number(value, "after", "failureAlert", 1);
        Number(value, "cooldownMs", "failureAlert", 0);
        Flag(value, "includeSkipped", "failureAlert");
        Route(value, "failureAlert");
        return Merge(before, value);
    }

    private static void Route(JsonElement value, string at)
    {
        _ = Text(value, "mode", at) is null or CronDelivery.Announce or CronDelivery.Webhook ? "" : throw new CronInputException($"at /{at}/mode: must be announce or webhook");
        Channel(Text(value, "channel", at), $"{at}.channel");
        Text(value, "to", at);
        Text(value, "accountId", at);
    }

    // The original knows the channels that its plugins bring; what it knows without one is named here, so that its jobs can be brought over.
    private static string? Channel(string? name, string at)
    {
        string? lower = name?.Trim().ToLowerInvariant();
        return lower is null or "last" or "telegram" or "whatsapp" or "discord" or "slack" or "signal" or "imessage" or "googlechat" or "msteams"
            or "mattermost" or "matrix" or "irc" or "line" or "feishu" or "nostr" or "zalo" or "zalouser" or "twitch" or "nextcloud-talk" or "synology-chat" or "tlon" or "qqbot"
                ? lower
                : throw new CronInputException($"{at} is not a known channel: {Shorten(lower)}");
    }

    private static JsonElement? Thread(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number or JsonValueKind.String => value.Clone(),
        _ => throw new CronInputException("at /delivery/threadId: must be string or number"),
    };

    private static JsonElement? Destination(JsonElement? before, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        Object(value, "delivery/failureDestination", "channel", "to", "accountId", "mode");
        Route(value, "delivery/failureDestination");
        return Merge(before, value);
    }

    private static JsonElement? Completion(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        Object(value, "delivery/completionDestination", "mode", "to");
        return Text(value, "mode", "delivery/completionDestination") == CronDelivery.Webhook
            ? value.Clone()
            : throw new CronInputException("at /delivery/completionDestination/mode: must be webhook");
    }

    private static CronSchedule Expression(CronJob job, JsonElement value, long nowMs)
    {
        string text = Text(value, "expr", "schedule") ?? throw Missing("schedule", "expr");
        CronExpression expression = CronExpression.Parse(text);
        string? zone = Has(value, "tz") && value.GetProperty("tz").ValueEquals(""u8) ? null : Text(value, "tz", "schedule");
        if (expression.Next(DateTimeOffset.FromUnixTimeMilliseconds(nowMs), zone is null ? TimeZoneInfo.Utc : CronTimetable.ZoneOf(zone)) is null)
        {
            throw new CronInputException($"cron expression \"{text}\" has no upcoming run time and would never fire; check its day and month");
        }

        long? stagger = Number(value, "staggerMs", "schedule", 0)
            ?? (job.Schedule is { Kind: CronSchedule.CronKind } before && before.Expr == text ? before.StaggerMs
                : expression.IsTopOfHour ? CronTimetable.TopOfHourStaggerMs : null);
        return new CronSchedule { Kind = CronSchedule.CronKind, Expr = text, Tz = zone, StaggerMs = stagger };
    }

    private static CronSchedule Stream(JsonElement value)
    {
        if (!value.TryGetProperty("command"u8, out JsonElement command))
        {
            throw Missing("schedule", "command");
        }

        if (command.ValueKind != JsonValueKind.Array || command.GetArrayLength() is 0 or > MaxWords
            || command.EnumerateArray().Any(word => word.ValueKind != JsonValueKind.String || word.GetString() is not { Length: > 0 and <= MaxCommandChars } text || text.Contains('\0', StringComparison.Ordinal)))
        {
            throw new CronInputException("at /schedule/command: must be a program and its arguments");
        }

        string? mode = Text(value, "mode", "schedule")?.ToLowerInvariant() is ("line" or "match") and var known ? known : null;
        string? match = Has(value, "match") && value.GetProperty("match").ValueKind == JsonValueKind.String ? value.GetProperty("match").GetString() : null;
        if (mode == "match")
        {
            CronLineMatch.Parse(match);
        }
        else if (match is not null)
        {
            throw CronInputException.Unavailable("cron stream match requires mode=\"match\"");
        }

        return new CronSchedule
        {
            Kind = CronSchedule.StreamKind,
            Command = command.Clone(),
            Cwd = Text(value, "cwd", "schedule"),
            Mode = mode,
            Match = match,
            BatchMs = (int?)Clamp(Number(value, "batchMs", "schedule", long.MinValue), 50, 5000), // the original's
            MaxBatchBytes = (int?)Clamp(Number(value, "maxBatchBytes", "schedule", long.MinValue), 1024, 65_536),
        };
    }

    private static long? Clamp(long? number, long min, long max) => number is { } given ? Math.Clamp(given, min, max) : null;

    private static CronPayload Command(CronPayload old, JsonElement value)
    {
        IReadOnlyList<string>? argv = Has(value, "argv") ? Texts(value, "argv") : old.Argv;
        if (argv is not { Count: > 0 and <= MaxWords } || argv.Any(word => word.Length == 0 || word.Contains('\0', StringComparison.Ordinal)))
        {
            throw Has(value, "argv") ? new CronInputException("at /payload/argv: must be a program and its arguments") : Missing("payload", "argv");
        }

        JsonElement? env = old.Env;
        if (value.TryGetProperty("env"u8, out JsonElement given) && given.ValueKind != JsonValueKind.Null)
        {
            env = given.ValueKind == JsonValueKind.Object && given.EnumerateObject().All(pair => pair.Name.Trim().Length > 0 && pair.Value.ValueKind == JsonValueKind.String)
                ? given.Clone()
                : throw new CronInputException("command env must be an object with non-blank keys and string values");
        }

        return old with
        {
            Argv = argv,
            Cwd = Has(value, "cwd") ? Text(value, "cwd", "payload") : old.Cwd,
            Env = env,
            Input = value.TryGetProperty("input"u8, out JsonElement input) && input.ValueKind == JsonValueKind.String ? input.GetString() : old.Input,
            NoOutputTimeoutSeconds = Seconds(value, "noOutputTimeoutSeconds", "payload") ?? old.NoOutputTimeoutSeconds,
            OutputMaxBytes = Number(value, "outputMaxBytes", "payload", 1) ?? old.OutputMaxBytes,
        };
    }

    private static string Script(string script, string at) => script.Trim() is { Length: <= MaxScript } text && !text.Contains('\0', StringComparison.Ordinal)
        ? text
        : throw new CronInputException($"at /{at}: must not have more than {MaxScript} characters");

    private static string At(string text, long nowMs)
    {
        long at = CronTimetable.ParseAt(text);
        string iso = Iso(at);
        return at < nowMs - GraceMs
            ? throw new CronInputException($"schedule.at is in the past: {iso} ({(nowMs - at) / 60_000} minutes ago). Current time: {Iso(nowMs)}", isParams: false)
            : at - nowMs > TenYearsMs
                ? throw new CronInputException($"schedule.at is too far in the future: {iso} ({(at - nowMs) / 31_557_600_000} years ahead). Maximum allowed: 10 years", isParams: false)
                : iso;
    }
}
