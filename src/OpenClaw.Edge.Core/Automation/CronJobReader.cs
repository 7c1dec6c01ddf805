using System.Text.Json;

namespace OpenClaw.Edge.Automation;

/// <summary>Lays the members that a client sent over a job, with the original's rules about which go together. Pure; throws
/// <see cref="CronInputException"/>.</summary>
public static class CronJobReader
{
    private const long MinTimeMs = 1;
    private const int MaxWords = 256; // guess: of a command

    /// <summary>A new job.</summary>
    /// <param name="members">Params of <c>cron.add</c>.</param>
    /// <param name="nowMs">Epoch milliseconds.</param>
    public static CronJob Add(JsonElement members, long nowMs)
    {
        var blank = new CronJob
        {
            Id = Guid.NewGuid().ToString(),
            Name = "",
            CreatedAtMs = nowMs,
            Schedule = new CronSchedule { Kind = "" },
            SessionTarget = CronJob.MainTarget,
            WakeMode = "now",
            Payload = new CronPayload { Kind = "" },
        };
        CronJob job = Apply(blank, members, nowMs);
        if (job.Schedule.Kind.Length == 0 || job.Payload.Kind.Length == 0)
        {
            throw new CronInputException($"must have required property '{(job.Schedule.Kind.Length == 0 ? "schedule" : "payload")}'");
        }

        bool isTurn = job.Payload.Kind == CronPayload.AgentTurnKind;
        if (!Has(members, "sessionTarget"))
        {
            job = job with { SessionTarget = isTurn || job.Payload.Kind == CronPayload.CommandKind ? CronJob.IsolatedTarget : CronJob.MainTarget };
        }

        return Checked(job with
        {
            Name = job.Name.Length > 0 ? job.Name : Shorten(job.Payload.Text ?? job.Payload.Message ?? string.Join(' ', job.Payload.Argv ?? [])),
            DeleteAfterRun = job.DeleteAfterRun ?? (job.Schedule.Kind == CronSchedule.AtKind ? true : null),
            Delivery = job.Delivery ?? (isTurn ? new CronDelivery { Mode = CronDelivery.Announce } : null),
        });
    }

    /// <summary>A changed job.</summary>
    public static CronJob Update(CronJob job, JsonElement patch, long nowMs) => Checked(Apply(job, patch, nowMs));

    private static CronJob Checked(CronJob job)
    {
        bool main = job.SessionTarget == CronJob.MainTarget;
        if (main && job.Payload.Kind != CronPayload.SystemEventKind)
        {
            throw new CronInputException("main cron jobs require payload.kind=\"systemEvent\"");
        }

        return main || job.Payload.Kind is CronPayload.AgentTurnKind or CronPayload.CommandKind
            ? job
            : throw new CronInputException("isolated and session cron jobs require payload.kind=\"agentTurn\"", isParams: false);
    }

    private static CronJob Apply(CronJob job, JsonElement members, long nowMs)
    {
        foreach (JsonProperty member in members.EnumerateObject())
        {
            JsonElement value = member.Value;
            job = member.Name switch
            {
                "name" => job with { Name = Text(value, "name") ?? "" },
                "displayName" => job with { DisplayName = Text(value, "displayName") },
                "description" => job with { Description = Text(value, "description") },
                "declarationKey" => job with { DeclarationKey = Text(value, "declarationKey") },
                "agentId" => job with { AgentId = Text(value, "agentId")?.ToLowerInvariant() },
                "sessionKey" => job with { SessionKey = Text(value, "sessionKey") },
                "enabled" => job with { Enabled = Flag(value, "enabled") ?? job.Enabled },
                "deleteAfterRun" => job with { DeleteAfterRun = Flag(value, "deleteAfterRun") },
                "schedule" => job with { Schedule = Schedule(job, value, nowMs) },
                "sessionTarget" => job with { SessionTarget = Target(Text(value, "sessionTarget"), job) },
                "wakeMode" => job with { WakeMode = Text(value, "wakeMode") == "next-heartbeat" ? "next-heartbeat" : "now" },
                "payload" => job with { Payload = Payload(job.Payload, value) },
                "delivery" => job with { Delivery = Delivery(value) },
                "trigger" or "pacing" when value.ValueKind != JsonValueKind.Null => throw new CronInputException(
                    member.Name == "pacing" ? "at /pacing: pacing does not exist here; give the job a fixed schedule"
                        : "at /trigger: condition scripts do not exist here; let the agent look (payload agentTurn), or run a command that does", isParams: false),
                "trigger" or "pacing" => job,
                "failureAlert" => job with { FailureAlert = Alert(value) },
                _ => throw new CronInputException($"at root: unexpected property '{Shorten(member.Name)}'"),
            };
        }

        return job with { UpdatedAtMs = nowMs };
    }

    // An unknown word is the main session, as there.
    private static string Target(string? text, CronJob job) => text switch
    {
        CronJob.IsolatedTarget => CronJob.IsolatedTarget,
        "current" => CronJob.SessionPrefix + (job.SessionKey ?? CronJob.MainTarget),
        { } named when named.StartsWith(CronJob.SessionPrefix, StringComparison.Ordinal) && named.Length > CronJob.SessionPrefix.Length => named,
        _ => CronJob.MainTarget,
    };

    private static CronSchedule Schedule(CronJob job, JsonElement value, long nowMs)
    {
        Object(value, "schedule", "kind", "at", "everyMs", "anchorMs", "expr", "tz", "staggerMs");
        string? kind = Text(value, "kind", "schedule");
        switch (kind)
        {
            case CronSchedule.AtKind:
                string at = Text(value, "at", "schedule") ?? throw Missing("schedule", "at");
                return new CronSchedule { Kind = kind, At = At(at, nowMs) };
            case CronSchedule.EveryKind:
                long every = Number(value, "everyMs", "schedule", MinTimeMs) ?? throw Missing("schedule", "everyMs");
                long? kept = job.Schedule.EveryMs == every ? job.Schedule.AnchorMs : null;
                return new CronSchedule
                {
                    Kind = kind,
                    EveryMs = every,
                    AnchorMs = Number(value, "anchorMs", "schedule", 0) ?? kept ?? nowMs,
                };
            case CronSchedule.CronKind:
                string text = Text(value, "expr", "schedule") ?? throw Missing("schedule", "expr");
                CronExpression expression = CronExpression.Parse(text);
                string? zone = Text(value, "tz", "schedule");
                if (expression.Next(DateTimeOffset.FromUnixTimeMilliseconds(nowMs), zone is null ? TimeZoneInfo.Utc : CronTimetable.ZoneOf(zone)) is null)
                {
                    throw new CronInputException($"cron expression \"{text}\" never falls due; check its day and month");
                }

                long? stagger = Number(value, "staggerMs", "schedule", 0) ?? (expression.IsTopOfHour ? CronTimetable.TopOfHourStaggerMs : null);
                return new CronSchedule { Kind = kind, Expr = text, Tz = zone, StaggerMs = stagger };
            default:
                throw new CronInputException($"at /schedule/kind: must be at, every or cron{(kind is "on-exit" or "stream" ? $"; {kind} does not exist here: jobs begin at times" : "")}");
        }
    }

    private static string At(string text, long nowMs)
    {
        long at = CronTimetable.ParseAt(text);
        string iso = Iso(at);
        return at > nowMs ? iso : throw new CronInputException($"schedule.at is in the past: {iso}. Current time: {Iso(nowMs)}", isParams: false);
    }

    private static CronPayload Payload(CronPayload before, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("kind"u8, out JsonElement asked) && asked.ValueKind == JsonValueKind.String && asked.ValueEquals("script"u8))
        {
            throw new CronInputException("at /payload/kind: must be systemEvent, agentTurn or command; script does not exist here");
        }

        Object(value, "payload", "kind", "text", "message", "model", "fallbacks", "thinking", "timeoutSeconds", "toolsAllow", "lightContext",
            "argv", "cwd");
        string kind = Text(value, "kind", "payload") ?? before.Kind;
        CronPayload old = kind == before.Kind ? before : new CronPayload { Kind = kind };
        switch (kind)
        {
            case CronPayload.SystemEventKind:
                return old with { Text = Text(value, "text", "payload") ?? old.Text ?? throw Missing("payload", "text") };
            case CronPayload.AgentTurnKind:
                return old with
                {
                    Message = Text(value, "message", "payload") ?? old.Message ?? throw Missing("payload", "message"),
                    Model = Has(value, "model") ? Text(value, "model", "payload") : old.Model,
                    Thinking = Has(value, "thinking") ? Text(value, "thinking", "payload") : old.Thinking,
                    TimeoutSeconds = Has(value, "timeoutSeconds") ? Number(value, "timeoutSeconds", "payload", 0) : old.TimeoutSeconds,
                    Fallbacks = Has(value, "fallbacks") ? Texts(value, "fallbacks") : old.Fallbacks,
                    ToolsAllow = Has(value, "toolsAllow") ? Texts(value, "toolsAllow") : old.ToolsAllow ?? ["*"],
                    LightContext = Has(value, "lightContext") ? Flag(value.GetProperty("lightContext"), "payload/lightContext") : old.LightContext,
                };
            case CronPayload.CommandKind:
                IReadOnlyList<string>? argv = Has(value, "argv") ? Texts(value, "argv") : old.Argv;
                return argv is not { Count: > 0 and <= MaxWords } || argv.Any(word => word.Contains('\0', StringComparison.Ordinal)) || argv[0].Length == 0
                    ? throw (Has(value, "argv") ? new CronInputException("at /payload/argv: must be a program and its arguments") : Missing("payload", "argv"))
                    : old with
                    {
                        Argv = argv,
                        Cwd = Has(value, "cwd") ? Text(value, "cwd", "payload") : old.Cwd,
                        TimeoutSeconds = Has(value, "timeoutSeconds") ? Number(value, "timeoutSeconds", "payload", 0) : old.TimeoutSeconds,
                    };
            default:
                throw new CronInputException("at /payload/kind: must be systemEvent, agentTurn or command");
        }
    }

    private static CronDelivery? Delivery(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        Object(value, "delivery", "mode", "channel", "to", "accountId", "threadId", "bestEffort");
        string? mode = Text(value, "mode", "delivery");
        return mode switch
        {
            CronDelivery.None or CronDelivery.Announce => new CronDelivery
            {
                Mode = mode,
                Channel = Text(value, "channel", "delivery"),
                To = Text(value, "to", "delivery"),
                AccountId = Text(value, "accountId", "delivery"),
                ThreadId = Text(value, "threadId", "delivery"),
                BestEffort = Has(value, "bestEffort") ? Flag(value.GetProperty("bestEffort"), "delivery/bestEffort") : null,
            },
            CronDelivery.Webhook when !CronWebhook.IsAddress(Text(value, "to", "delivery")) =>
                throw new CronInputException("cron webhook delivery.to must be a valid http(s) URL"),
            CronDelivery.Webhook => new CronDelivery
            {
                Mode = mode,
                To = Text(value, "to", "delivery"),
                BestEffort = Has(value, "bestEffort") ? Flag(value.GetProperty("bestEffort"), "delivery/bestEffort") : null,
            },
            _ => throw new CronInputException("at /delivery/mode: must be none, announce or webhook"),
        };
    }

    private static JsonElement? Alert(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.False)
        {
            return value.ValueKind == JsonValueKind.Null ? null : value.Clone();
        }

        Object(value, "failureAlert", "after", "cooldownMs", "includeSkipped", "mode", "channel", "to", "accountId");
        Number(value, "after", "failureAlert", 1);
        Number(value, "cooldownMs", "failureAlert", 0);
        return Text(value, "mode", "failureAlert") is not (null or "announce") || Has(value, "to") || Has(value, "accountId")
            || Text(value, "channel", "failureAlert") is not (null or "last")
                ? throw new CronInputException("failureAlert: there are no messengers here yet; an alert is a note in the agent's main session, so leave mode, channel, to and accountId out")
                : value.Clone();
    }

    private static void Object(JsonElement value, string at, params ReadOnlySpan<string> names)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new CronInputException($"at /{at}: must be object");
        }

        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (!names.Contains(member.Name))
            {
                throw new CronInputException($"at /{at}: unexpected property '{Shorten(member.Name)}'");
            }
        }
    }

    private static bool Has(JsonElement value, string name) => value.TryGetProperty(name, out _);

    private static string? Text(JsonElement parent, string name, string at) =>
        parent.TryGetProperty(name, out JsonElement value) ? Text(value, $"{at}/{name}") : null;

    private static string? Text(JsonElement value, string at) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is { Length: > 0 and <= 100_000 } text ? text
            : at == "name" ? null : throw new CronInputException($"at /{at}: must not have fewer than 1 characters"),
        JsonValueKind.Null => null,
        _ => throw new CronInputException($"at /{at}: must be string"),
    };

    private static bool? Flag(JsonElement value, string at) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        _ => throw new CronInputException($"at /{at}: must be boolean"),
    };

    private static long? Number(JsonElement parent, string name, string at, long min)
    {
        if (!parent.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            ? number >= min ? number : throw new CronInputException($"at /{at}/{name}: must be >= {min}")
            : throw new CronInputException($"at /{at}/{name}: must be integer");
    }

    private static IReadOnlyList<string>? Texts(JsonElement parent, string name)
    {
        JsonElement value = parent.GetProperty(name);
        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
                [.. value.EnumerateArray().Select(item => item.GetString()!)],
            _ => throw new CronInputException($"at /payload/{name}: must be array of strings"),
        };
    }

    private static CronInputException Missing(string at, string name) => new($"at /{at}: must have required property '{name}'");

    private static string Iso(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
