using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>The last answer to <c>agent</c>. Source: docs/protocol.md, <c>agent</c>.</summary>
internal static class AgentReply
{
    /// <summary>What became of a run; a failed one fails the call and tells its run id and summary beside the error.</summary>
    public static MethodReply Final(Run run, RunResult result, GatewayRuntime runtime)
    {
        MethodReply reply = MethodReply.Object(json =>
        {
            json.WriteString("runId"u8, run.Id);
            json.WriteString("status"u8, RunReplies.WordFor(result.Status));
            json.WriteString("summary"u8, SummaryOf(result));
            if (result.Status != RunStatus.Failed)
            {
                WriteResult(json, run, result, runtime);
            }
        });
        return result.Status == RunStatus.Failed
            ? reply with { Error = new GatewayError("UNAVAILABLE", SummaryOf(result)) }
            : reply;
    }

    private static string SummaryOf(RunResult result) => result.Status switch
    {
        RunStatus.Done => "completed",
        RunStatus.Failed => result.ErrorMessage ?? "failed",
        _ => "aborted",
    };

    private static void WriteResult(Utf8JsonWriter json, Run run, RunResult result, GatewayRuntime runtime)
    {
        bool silent = RunEndEvents.IsSilent(result);
        json.WriteStartObject("result"u8);
        json.WriteStartArray("payloads"u8);
        if (!silent || result.ErrorMessage is not null)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, result.Text.Length > 0 ? result.Text : result.ErrorMessage);
            json.WriteNull("mediaUrl"u8); // an explicit null of the wire
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("meta"u8);
        json.WriteNumber("durationMs"u8, Math.Max(0, result.EndedAtMs - run.AcceptedAtMs));
        WriteAgent(json, run, result, runtime);
        json.WriteBoolean("aborted"u8, result.Status is RunStatus.Aborted or RunStatus.TimedOut);
        json.WriteString("finalPromptText"u8, run.Request.Message);
        json.WriteString("finalAssistantVisibleText"u8, silent ? "" : result.Text);
        json.WriteString("finalAssistantRawText"u8, result.Text);
        json.WriteBoolean("replayInvalid"u8, false);
        json.WriteString("livenessState"u8, "working"u8);
        json.WriteString("stopReason"u8, result.StopReason);
        WriteTrace(json, run, result);
        json.WriteEndObject();
        json.WriteString("sourceReplyDeliveryState"u8, "missing"u8); // it came from no channel
        if (run.Request.Undelivered is { } reason)
        {
            WriteUndelivered(json, reason);
        }

        json.WriteEndObject();
    }

    private static void WriteUndelivered(Utf8JsonWriter json, string reason)
    {
        json.WriteBoolean("deliverySucceeded"u8, false);
        json.WriteStartObject("deliveryStatus"u8);
        json.WriteBoolean("requested"u8, true);
        json.WriteBoolean("attempted"u8, false);
        json.WriteString("status"u8, "failed"u8);
        json.WriteBoolean("succeeded"u8, false);
        json.WriteBoolean("error"u8, true);
        json.WriteString("reason"u8, reason);
        json.WriteEndObject();
    }

    private static void WriteAgent(Utf8JsonWriter json, Run run, RunResult result, GatewayRuntime runtime)
    {
        json.WriteStartObject("agentMeta"u8);
        json.WriteString("sessionId"u8, run.SessionId);
        json.WriteString("sessionFile"u8, run.SessionKey.Text);
        json.WriteString("provider"u8, result.Provider);
        json.WriteString("model"u8, result.Model);
        if (runtime.Models.Catalog.Describe($"{result.Provider}/{result.Model}") is { ContextWindow: > 0 } info)
        {
            json.WriteNumber("contextTokens"u8, info.ContextWindow);
            json.WriteString("contextTokensSource"u8, "resolved"u8);
        }

        json.WriteString("agentHarnessId"u8, "openclaw"u8);
        WriteUsage(json, "usage", result.Usage, ofCall: false);
        WriteUsage(json, "lastCallUsage", result.LastUsage, ofCall: true);
        json.WriteNumber("promptTokens"u8, result.Usage.Input + result.Usage.CacheRead + result.Usage.CacheWrite);
        if (runtime.Sessions.Find(run.SessionKey) is { } row && runtime.Runs.ContextOf(row) is { } context)
        {
            json.WritePropertyName("contextBudgetStatus"u8);
            SessionRowJson.WriteContext(json, context);
        }

        json.WriteBoolean("codeModeEngaged"u8, false);
        json.WriteNumber("assistantTurns"u8, result.ModelCalls);
        json.WriteNumber("costUsd"u8, result.Usage.Cost.Total);
        RunEndEvents.WriteReceipt(json, run, result, silent: null);
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, string name, MessageUsage usage, bool ofCall)
    {
        json.WriteStartObject(name);
        json.WriteNumber("input"u8, usage.Input);
        json.WriteNumber("output"u8, usage.Output);
        json.WriteNumber("cacheRead"u8, usage.CacheRead);
        json.WriteNumber("cacheWrite"u8, usage.CacheWrite);
        json.WriteNumber("total"u8, usage.TotalTokens);
        json.WriteStartObject("cost"u8);
        json.WriteNumber("total"u8, usage.Cost.Total);
        json.WriteEndObject();
        if (ofCall)
        {
            json.WriteStartObject("contextUsage"u8);
            json.WriteString("state"u8, "available"u8);
            json.WriteNumber("promptTokens"u8, usage.Input + usage.CacheRead + usage.CacheWrite);
            json.WriteNumber("totalTokens"u8, usage.TotalTokens);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteTrace(Utf8JsonWriter json, Run run, RunResult result)
    {
        bool direct = result.Requested is not { } wanted || wanted == $"{result.Provider}/{result.Model}";
        json.WriteStartObject("executionTrace"u8);
        json.WriteString("winnerProvider"u8, result.Provider);
        json.WriteString("winnerModel"u8, result.Model);
        json.WriteStartArray("attempts"u8);
        json.WriteStartObject();
        json.WriteString("provider"u8, result.Provider);
        json.WriteString("model"u8, result.Model);
        json.WriteString("result"u8, result.Status == RunStatus.Done ? "success"u8 : "aborted"u8);
        json.WriteString("stage"u8, "assistant"u8);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteBoolean("fallbackUsed"u8, !direct);
        json.WriteString("runner"u8, "embedded"u8);
        json.WriteEndObject();
        json.WriteStartObject("requestShaping"u8);
        json.WriteString("thinking"u8, run.Request.Think ?? "off");
        json.WriteEndObject();
        json.WriteStartObject("completion"u8);
        json.WriteString("stopReason"u8, result.StopReason);
        json.WriteString("finishReason"u8, result.StopReason);
        json.WriteEndObject();
    }
}
