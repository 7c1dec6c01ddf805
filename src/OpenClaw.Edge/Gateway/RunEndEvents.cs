using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Gateway;

/// <summary>The last events of a run, by how it ended. Source: docs/protocol.md, other endings.</summary>
internal static class RunEndEvents
{
    private const string SilentReply = "NO_REPLY";
    private const string LogHint = "To view logs, run `openclaw logs --follow` in a terminal.";

    /// <summary>Sends them.</summary>
    public static void Send(Broadcaster broadcaster, RunEndedEvent ended)
    {
        switch (ended.Result.Status)
        {
            case RunStatus.Failed:
                SendFailed(broadcaster, ended);
                break;
            case RunStatus.Aborted or RunStatus.TimedOut:
                SendAborted(broadcaster, ended);
                break;
            default:
                SendDone(broadcaster, ended);
                break;
        }
    }

    /// <summary>Whether the answer is one that nobody should see.</summary>
    public static bool IsSilent(RunResult result) =>
        result.Text.Trim() is "" or SilentReply;

    private static void SendDone(Broadcaster broadcaster, RunEndedEvent ended)
    {
        RunResult result = ended.Result;
        bool silent = IsSilent(result);
        if (ended.Run.StartedAtMs == 0)
        {
            // Another run answers it: there is no turn to tell of, only that it no longer waits.
            RunEventEncoder.SendChat(broadcaster, ended, "final", json => json.WriteString("stopReason"u8, result.StopReason));
            return;
        }

        RunEventEncoder.SendAgent(broadcaster, ended, ended.Seq, "lifecycle", json =>
        {
            json.WriteString("phase"u8, "end"u8);
            json.WriteString("stopReason"u8, result.StopReason);
            json.WriteBoolean("aborted"u8, false);
            json.WriteString("livenessState"u8, "working"u8);
            json.WriteNumber("startedAt"u8, ended.Run.StartedAtMs);
            json.WriteNumber("endedAt"u8, result.EndedAtMs);
            if (!RunEventEncoder.IsCall(ended.Run))
            {
                json.WriteBoolean("replayInvalid"u8, false);
            }

            json.WriteStartObject("terminalReply"u8);
            json.WriteString("disposition"u8, silent ? "silent"u8 : "visible"u8);
            json.WriteString("text"u8, silent ? "" : result.Text);
            json.WriteEndObject();
            WriteReceipt(json, ended.Run, result, silent);
            json.WriteBoolean("executionSettled"u8, true);
        });
        RunEventEncoder.SendChat(broadcaster, ended, "final", json =>
        {
            json.WriteString("stopReason"u8, result.StopReason);
            if (!silent)
            {
                MessageJson.WriteAssistant(json, result.Text, result.EndedAtMs);
            }
        });
    }

    private static void SendAborted(Broadcaster broadcaster, RunEndedEvent ended)
    {
        RunResult result = ended.Result;
        string stopReason = result.Status == RunStatus.TimedOut ? "timeout" : result.StopReason;
        if (stopReason == "interrupt")
        {
            SendNoModel(broadcaster, ended, ended.Seq);
            SendBroken(broadcaster, ended, ended.Seq + 1, "Reply operation aborted by user");
            SendStopped(broadcaster, ended with { Seq = ended.Seq + 1 }, stopReason);
            return;
        }

        SendStopped(broadcaster, ended, stopReason);
        RunEventEncoder.SendAgent(broadcaster, ended, ended.Seq, "lifecycle", json =>
        {
            json.WriteString("phase"u8, "end"u8);
            json.WriteString("status"u8, "cancelled"u8);
            json.WriteBoolean("aborted"u8, true);
            json.WriteString("stopReason"u8, stopReason);
            json.WriteNumber("startedAt"u8, ended.Run.StartedAtMs);
            json.WriteNumber("endedAt"u8, result.EndedAtMs);
        });
        // The run has no further events: the numbers after its last one are free.
        SendNoModel(broadcaster, ended, ended.Seq + 1);
        SendBroken(broadcaster, ended, ended.Seq + 2, result.ErrorMessage ?? "This operation was aborted");
    }

    private static void SendStopped(Broadcaster broadcaster, RunEndedEvent ended, string stopReason) =>
        RunEventEncoder.SendChat(broadcaster, ended, "aborted", json =>
        {
            RunResult result = ended.Result;
            json.WriteString("stopReason"u8, stopReason);
            if (result.Text.Length > 0)
            {
                MessageJson.WriteAssistant(json, result.Text, result.EndedAtMs);
            }

            if (result.ErrorMessage is not null)
            {
                json.WriteString("errorMessage"u8, result.ErrorMessage);
            }
        });

    private static void SendNoModel(Broadcaster broadcaster, RunEndedEvent ended, long seq) =>
        RunEventEncoder.SendAgent(broadcaster, ended, seq, "lifecycle", json =>
        {
            json.WriteString("phase"u8, "model"u8);
            json.WriteNull("provider"u8); // explicit nulls are the wire's
            json.WriteNull("model"u8);
        });

    private static void SendBroken(Broadcaster broadcaster, RunEndedEvent ended, long seq, string error) =>
        RunEventEncoder.SendAgent(broadcaster, ended, seq, "lifecycle", json =>
        {
            json.WriteString("phase"u8, "error"u8);
            json.WriteNumber("startedAt"u8, ended.Run.StartedAtMs);
            json.WriteNumber("endedAt"u8, ended.Result.EndedAtMs);
            json.WriteString("error"u8, error);
            json.WriteBoolean("aborted"u8, true);
            json.WriteString("stopReason"u8, "aborted"u8);
            json.WriteBoolean("executionSettled"u8, true);
        });

    private static void SendFailed(Broadcaster broadcaster, RunEndedEvent ended)
    {
        RunResult result = ended.Result;
        string message = result.ErrorMessage ?? "the run failed";
        RunEventEncoder.SendAgent(broadcaster, ended, ended.Seq, "lifecycle", json =>
        {
            json.WriteString("phase"u8, "fallback_step"u8);
            json.WriteString("fallbackStepType"u8, "fallback_step"u8);
            json.WriteString("fallbackStepFromModel"u8, $"{result.Provider}/{result.Model}");
            json.WriteString("fallbackStepFromFailureReason"u8, ReasonOf(result.Failure));
            json.WriteString("fallbackStepFromFailureDetail"u8, message);
            json.WriteNumber("fallbackStepChainPosition"u8, 1);
            json.WriteString("fallbackStepFinalOutcome"u8, "chain_exhausted"u8);
        });
        RunEventEncoder.SendAgent(broadcaster, ended, ended.Seq, "lifecycle", json =>
        {
            json.WriteBoolean("aborted"u8, false);
            json.WriteString("livenessState"u8, "blocked"u8);
            WriteObservation(json, result);
            json.WriteString("phase"u8, "error"u8);
            json.WriteString("error"u8, message);
            json.WriteNumber("startedAt"u8, ended.Run.StartedAtMs);
            json.WriteNumber("endedAt"u8, result.EndedAtMs);
            json.WriteBoolean("executionSettled"u8, true);
        });
        RunEventEncoder.SendChat(broadcaster, ended, "error", json =>
        {
            json.WriteString("errorMessage"u8, message);
            if (KindOf(result.Failure) is { } kind)
            {
                json.WriteString("errorKind"u8, kind);
            }

            json.WriteStartObject("errorDetail"u8);
            WriteFailure(json, result);
            if (result.HttpStatus is { } status)
            {
                json.WriteNumber("httpStatus"u8, status);
            }

            json.WriteEndObject();
            if (result.Text.Length > 0)
            {
                MessageJson.WriteAssistant(json, result.Text, result.EndedAtMs);
            }
        });
        if (ended.Run.Request.Source == "chat")
        {
            // What the one who asked gets for a reply; it counts by itself, as the numbers of the run are over.
            RunEventEncoder.SendChat(broadcaster, ended with { Seq = 1 }, "error", json =>
                json.WriteString("errorMessage"u8, $"⚠️ Agent failed before reply: {message.Trim().TrimEnd('.')}.\n{LogHint}"));
        }
    }

    /// <summary>Writes <c>errorObservation</c>: what failed, and how.</summary>
    public static void WriteObservation(Utf8JsonWriter json, RunResult result)
    {
        json.WriteStartObject("errorObservation"u8);
        WriteFailure(json, result);
        json.WriteEndObject();
    }

    private static string? KindOf(ProviderFailure? failure) => failure switch
    {
        ProviderFailure.RateLimited => "rate_limit",
        ProviderFailure.ContextOverflow => "context_length",
        ProviderFailure.Stalled => "timeout",
        _ => null,
    };

    /// <summary>Writes <c>terminalReceipt</c>: what was asked for and what answered.</summary>
    public static void WriteReceipt(Utf8JsonWriter json, Run run, RunResult result, bool? silent)
    {
        json.WriteStartObject("terminalReceipt"u8);
        json.WriteString("runId"u8, run.Id);
        json.WriteString("sessionId"u8, run.SessionId);
        json.WriteString("turnId"u8, run.Id);
        (string provider, string model) = result.Requested is { } wanted ? Split(wanted) : (result.Provider, result.Model);
        json.WriteStartObject("requested"u8);
        json.WriteString("provider"u8, provider);
        json.WriteString("model"u8, model);
        json.WriteEndObject();
        json.WriteStartObject("effective"u8);
        json.WriteString("provider"u8, result.Provider);
        json.WriteString("model"u8, result.Model);
        json.WriteString("responseModel"u8, result.Model);
        json.WriteEndObject();
        json.WriteTexts("successfulToolNames"u8, result.SuccessfulToolNames);
        json.WriteBoolean("rerouted"u8, provider != result.Provider || model != result.Model);
        if (silent is { } hidden)
        {
            json.WriteString("terminalDisposition"u8, hidden ? "silent"u8 : "visible"u8);
        }

        json.WriteEndObject();
    }

    private static (string Provider, string Model) Split(string modelRef)
    {
        int slash = modelRef.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? (modelRef[..slash], modelRef[(slash + 1)..]) : ("", modelRef);
    }

    // The original's words for why it turns to another model.
    private static string ReasonOf(ProviderFailure? failure) => failure switch
    {
        ProviderFailure.Unauthorized => "auth",
        ProviderFailure.RateLimited => "rate_limit",
        ProviderFailure.BadRequest => "format",
        ProviderFailure.ModelNotFound => "model_not_found",
        ProviderFailure.ServerError => "server_error",
        ProviderFailure.Unreachable or ProviderFailure.Stalled or ProviderFailure.DroppedMidStream => "timeout",
        _ => "unknown",
    };

    private static void WriteFailure(Utf8JsonWriter json, RunResult result)
    {
        json.WriteString("provider"u8, result.Provider);
        json.WriteString("model"u8, result.Model);
        json.WriteString("failoverReason"u8, ReasonOf(result.Failure));
        json.WriteString("providerRuntimeFailureKind"u8, result.Failure == ProviderFailure.BadRequest ? "schema"u8 : "unknown"u8);
    }
}
