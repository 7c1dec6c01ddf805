using System.Text.Json;
using static OpenClaw.Edge.Automation.CronFields;

namespace OpenClaw.Edge.Automation;

/// <summary>Lays the members that a client sent over a job, with the original's rules about which go together. Pure; throws
/// <see cref="CronInputException"/>.</summary>
public static class CronJobReader
{
    private const int MaxLabel = 200; // the original's
    private const long MinTriggerMs = 30_000; // the original's

    private static readonly string[] s_stateMembers =
    [
        "nextRunAtMs", "runningAtMs", "lastRunAtMs", "lastRunStatus", "lastStatus", "lastError", "lastErrorReason", "lastDurationMs", "consecutiveErrors",
        "consecutiveSkipped", "lastDelivered", "lastDeliveryStatus", "lastDeliveryError", "lastFailureNotificationDelivered",
        "lastFailureNotificationDeliveryStatus", "lastFailureNotificationDeliveryError", "lastFailureAlertAtMs", "lastTriggerEvalAtMs", "triggerEvalCount",
        "lastTriggerFireAtMs", "triggerState", "streamStatus", "streamError", "streamConsecutiveFailures", "streamRestartExhausted", "streamDroppedBatches",
        "streamCoalescedBatches", "streamLastStartedAtMs", "streamLastExitAtMs",
    ];

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
            SessionTarget = "",
            WakeMode = "now",
            Payload = new CronPayload { Kind = "" },
        };
        CronJob job = Apply(blank, members, nowMs, isNew: true);
        if (job.Schedule.Kind.Length == 0 || job.Payload.Kind.Length == 0)
        {
            throw new CronInputException($"must have required property '{(job.Schedule.Kind.Length == 0 ? "schedule" : "payload")}'");
        }

        if (job.SessionTarget.Length == 0)
        {
            job = job with
            {
                SessionTarget = job.Payload.Kind switch
                {
                    CronPayload.SystemEventKind => CronJob.MainTarget,
                    CronPayload.AgentTurnKind when job.SessionKey is { } key && (job.AgentId is null || (job with { AgentId = null }).OwnerId(job.AgentId) == job.AgentId) => CronJob.SessionPrefix + key,
                    _ => CronJob.IsolatedTarget,
                },
            };
        }

        bool announces = job.Payload.Kind != CronPayload.SystemEventKind && job.SessionTarget != CronJob.MainTarget;
        return Checked(job with
        {
            Name = job.Name.Length > 0 ? job.Name
                : Shorten(job.Payload.Text ?? job.Payload.Message ?? job.Payload.Script ?? string.Join(' ', job.Payload.Argv ?? [])),
            DeleteAfterRun = job.DeleteAfterRun ?? (job.Schedule.Kind == CronSchedule.AtKind ? true : null),
            Delivery = job.Delivery ?? (announces ? new CronDelivery { Mode = CronDelivery.Announce } : null),
            State = job.Schedule.Kind == CronSchedule.StreamKind ? job.State with { StreamSourceIdentity = Guid.NewGuid().ToString() } : job.State,
        });
    }

    /// <summary>A changed job.</summary>
    public static CronJob Update(CronJob job, JsonElement patch, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(job);
        CronJob next = Apply(job, patch, nowMs, isNew: false);
        (string was, string now) = (job.Schedule.Kind, next.Schedule.Kind);
        if (was != now && next.DeleteAfterRun == job.DeleteAfterRun && !Has(patch, "deleteAfterRun"))
        {
            next = now == CronSchedule.AtKind && !job.Schedule.IsWatch ? next with { DeleteAfterRun = true }
                : was == CronSchedule.AtKind && !next.Schedule.IsWatch ? next with { DeleteAfterRun = null } : next;
        }

        if (next.SessionTarget == CronJob.MainTarget && next.Delivery is { Mode: not CronDelivery.Webhook } told)
        {
            if (Has(patch, "delivery") && told.Mode == CronDelivery.Announce)
            {
                throw NoChannels();
            }

            next = next with
            {
                Delivery = told.FailureDestination is null ? null : new CronDelivery { Mode = CronDelivery.None, FailureDestination = told.FailureDestination },
            };
        }

        if (!SameScript(job, next))
        {
            next = next with { State = next.State with { TriggerState = null, TriggerEvalCount = null, LastTriggerEvalAtMs = null, LastTriggerFireAtMs = null } };
        }

        return Checked(next);
    }

    /// <summary>What a declaration changes of the job that has its key: when, what, and what it is called.</summary>
    internal static CronJob Declare(CronJob job, CronJob wished, bool withEnabled)
    {
        CronJob next = job with
        {
            DisplayName = wished.DisplayName,
            Schedule = wished.Schedule.Kind == CronSchedule.EveryKind && wished.Schedule.EveryMs == job.Schedule.EveryMs ? job.Schedule : wished.Schedule,
            Pacing = wished.Pacing,
            Trigger = wished.Trigger,
            Payload = wished.Payload,
            Delivery = wished.Delivery,
            Enabled = withEnabled ? wished.Enabled : job.Enabled,
        };
        return SameScript(job, next) ? next : next with { State = next.State with { TriggerState = null } };
    }

    private static bool SameScript(CronJob before, CronJob after) =>
        before.Payload.Script == after.Payload.Script
        && (before.Trigger is { } mine ? after.Trigger is { } theirs && JsonElement.DeepEquals(mine, theirs) : after.Trigger is null);

    private static CronJob Checked(CronJob job)
    {
        bool main = job.SessionTarget == CronJob.MainTarget;
        bool script = job.Payload.Kind == CronPayload.ScriptKind;
        if (main && job.Payload.Kind != CronPayload.SystemEventKind && !script)
        {
            throw new CronInputException("main cron jobs require payload.kind=\"systemEvent\" or \"script\"");
        }

        if (!main && script && job.SessionTarget != CronJob.IsolatedTarget)
        {
            throw CronInputException.Unavailable("script cron jobs require sessionTarget=\"main\" or \"isolated\"");
        }

        if (!main && job.Payload.Kind == CronPayload.SystemEventKind)
        {
            throw CronInputException.Unavailable(
                "isolated cron jobs require payload.kind=\"agentTurn\", \"command\", or \"script\"; script payloads do not support current/session targets");
        }

        CheckSchedule(job, script);
        CheckDelivery(job, main);
        return job;
    }

    private static void CheckSchedule(CronJob job, bool script)
    {
        bool rhythm = job.Schedule.Kind is CronSchedule.EveryKind or CronSchedule.CronKind;
        if (job.Pacing is not null && !rhythm)
        {
            throw CronInputException.Unavailable("cron pacing requires an every or cron schedule");
        }

        if (job.Schedule.Kind == CronSchedule.StreamKind && job.Payload.Kind == CronPayload.CommandKind)
        {
            throw CronInputException.Unavailable("cron stream schedules cannot use command payloads");
        }

        if (job.Trigger is null)
        {
            return;
        }

        if (!rhythm && job.Schedule.Kind != CronSchedule.StreamKind)
        {
            throw new CronInputException("cron triggers require an every, cron, or stream schedule");
        }

        if (job.Schedule is { Kind: CronSchedule.EveryKind, EveryMs: < MinTriggerMs })
        {
            throw new CronInputException($"cron trigger every interval must be at least {MinTriggerMs}ms");
        }

        if (script)
        {
            throw new CronInputException("cron script payloads cannot be combined with a condition trigger");
        }
    }

    private static void CheckDelivery(CronJob job, bool main)
    {
        if (job.Delivery is not { } delivery)
        {
            return;
        }

        static void Address(string? to, string what)
        {
            if (!CronWebhook.IsAddress(to))
            {
                throw new CronInputException($"cron {what} to be a valid http(s) URL");
            }
        }

        if (delivery.Mode == CronDelivery.Webhook)
        {
            Address(delivery.To, "webhook delivery requires delivery.to");
        }

        if (delivery.CompletionDestination is { } completion)
        {
            if (delivery.Mode != CronDelivery.Announce)
            {
                throw new CronInputException("cron completion destination webhook is only supported with delivery.mode=\"announce\"");
            }

            Address(Text(completion, "to", "delivery/completionDestination"), "completion destination webhook requires delivery.completionDestination.to");
        }

        if (delivery.FailureDestination is { } failure && Text(failure, "mode", "delivery/failureDestination") == CronDelivery.Webhook)
        {
            Address(Text(failure, "to", "delivery/failureDestination"), "failure destination webhook requires delivery.failureDestination.to");
        }

        if (main && delivery.Mode == CronDelivery.Announce)
        {
            throw NoChannels();
        }
    }

    private static CronInputException NoChannels() => new("cron channel delivery config is only supported for sessionTarget=\"isolated\"");

    private static CronJob Apply(CronJob job, JsonElement members, long nowMs, bool isNew)
    {
        foreach (JsonProperty member in members.EnumerateObject())
        {
            JsonElement value = member.Value;
            job = member.Name switch
            {
                "name" => job with { Name = Text(value, "name") ?? (isNew ? "" : job.Name) },
                "displayName" => job with { DisplayName = Label(value, "displayName") },
                "description" => job with { Description = value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8) ? null : Text(value, "description") },
                "declarationKey" when isNew => job with { DeclarationKey = Label(value, "declarationKey") },
                "owner" when isNew => job with { Owner = Owner(value) },
                "agentId" => job with { AgentId = Text(value, "agentId")?.ToLowerInvariant() },
                "sessionKey" => job with { SessionKey = Text(value, "sessionKey") },
                "enabled" => job with { Enabled = Flag(value, "enabled") ?? job.Enabled },
                "deleteAfterRun" => job with { DeleteAfterRun = Flag(value, "deleteAfterRun") },
                "schedule" => job with { Schedule = CronPartsReader.Schedule(job, value, nowMs) },
                "sessionTarget" => job with { SessionTarget = Target(Text(value, "sessionTarget"), job, members) },
                "wakeMode" => job with { WakeMode = Text(value, "wakeMode")?.Trim().ToLowerInvariant() is ("now" or "next-heartbeat") and var mode ? mode : job.WakeMode },
                "payload" => job with { Payload = CronPartsReader.Payload(job.Payload, value) },
                "delivery" => job with { Delivery = CronPartsReader.Delivery(job.Delivery, value, isNew) },
                "trigger" => job with { Trigger = CronPartsReader.Trigger(value) },
                "pacing" => job with { Pacing = CronPartsReader.Pacing(value) },
                "failureAlert" => job with { FailureAlert = CronPartsReader.Alert(job.FailureAlert, value) },
                "state" when !isNew => job with { State = State(job.State, value) },
                _ => throw new CronInputException($"at root: unexpected property '{Shorten(member.Name)}'"),
            };
        }

        return job with { UpdatedAtMs = nowMs };
    }

    // An unknown word changes nothing, as there.
    private static string Target(string? text, CronJob job, JsonElement members)
    {
        string word = text?.Trim() ?? "";
        string? key = Has(members, "sessionKey") ? Text(members, "sessionKey", "") : job.SessionKey;
        return word.ToLowerInvariant() switch
        {
            CronJob.IsolatedTarget => CronJob.IsolatedTarget,
            CronJob.MainTarget => CronJob.MainTarget,
            "current" => key is null ? CronJob.IsolatedTarget : CronJob.SessionPrefix + key,
            { } named when named.StartsWith(CronJob.SessionPrefix, StringComparison.Ordinal) && named.Length > CronJob.SessionPrefix.Length =>
                CronJob.SessionPrefix + word[CronJob.SessionPrefix.Length..].Trim(),
            _ => job.SessionTarget,
        };
    }

    private static string? Label(JsonElement value, string name)
    {
        string? text = value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(value.GetString())
            ? throw new CronInputException($"{name} must not be blank") : Text(value, name)?.Trim();
        return text is { Length: > MaxLabel } ? throw new CronInputException($"cron {name} must be at most {MaxLabel} characters") : text;
    }

    private static JsonElement? Owner(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        Object(value, "owner", "agentId", "sessionKey", "accountId");
        return Build(json =>
        {
            foreach (JsonProperty member in value.EnumerateObject())
            {
                if (Text(member.Value, $"owner/{member.Name}") is { } text)
                {
                    json.WriteString(member.Name, member.NameEquals("agentId"u8) ? text.Trim().ToLowerInvariant() : text.Trim());
                }
            }
        });
    }

    private static CronJobState State(CronJobState state, JsonElement patch)
    {
        Object(patch, "state", s_stateMembers);
        try
        {
            JsonElement? merged = Merge(JsonSerializer.SerializeToElement(state, CronJson.Default.CronJobState), patch);
            return merged is { } known ? known.Deserialize(CronJson.Default.CronJobState)! : new CronJobState();
        }
        catch (JsonException wrong)
        {
            throw new CronInputException($"at /state: {wrong.Message}");
        }
    }
}
