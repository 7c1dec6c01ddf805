using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>agent</c> (two answers with one id) and <c>agent.wait</c>.</summary>
internal sealed class AgentMethods(GatewayRuntime runtime, SlashCommands commands)
{
    private const int DefaultWaitMs = 30_000;

    private const string AgentParams =
        "message!:str1 idempotencyKey!:str1(512) agentId:str? sessionKey:str? sessionId:str? thinking:str? model:str? " +
        "provider:str? deliver:bool bestEffortDeliver:bool channel:str? replyChannel:str? lane:str? timeout:int(0..) extraSystemPrompt:str? attachments:arr …";

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("agent", OperatorScopes.Write, AgentParams, RunAsync),
        new("agent.wait", OperatorScopes.Write, "runId!:str1 timeoutMs:int(0..)", WaitAsync),
    ];

    private async ValueTask<MethodReply> RunAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string message = call.Text("message")!;
        if (commands.IsReset(message) && !call.Connection.Grant!.Scopes.Allows(OperatorScopes.Admin))
        {
            return MethodReply.Fail(GatewayConnection.MissingScope(OperatorScopes.Admin));
        }

        string? asked = call.Text("sessionKey");
        if (call.Text("agentId") is { } named && !runtime.Agents().TryGet(named, out _))
        {
            return MethodReply.Invalid($"invalid agent params: unknown agent id \"{named}\"");
        }

        if (!SessionTarget.TryParse(
                asked ?? OwnSession(call), call.Text("agentId"), runtime.AgentsOf(call), out SessionKey key, out GatewayError? error)
            || !ChatAttachments.TryRead(call, out IReadOnlyList<PromptImage> images, out error))
        {
            return MethodReply.Fail(error);
        }

        if (AgentDelivery.Check(call, key, out string? undelivered) is { } refusal)
        {
            return MethodReply.Fail(refusal);
        }

        (string? answer, message) = await commands.StartOverAsync(message, call.Text("idempotencyKey")!, key, cancellationToken);
        if (answer is not null)
        {
            return Answered(call.Text("idempotencyKey")!, answer);
        }

        if (ChatCommands.TryParse(message, out string command, out string arguments))
        {
            if (command == "elevated" && ChatCommands.NeedsAdmin(command, arguments) && !call.Connection.Grant!.Scopes.Allows(OperatorScopes.Admin))
            {
                return MethodReply.Fail(GatewayConnection.MissingScope(OperatorScopes.Admin));
            }

            return Answered(call.Text("idempotencyKey")!, await commands.AnswerAsync(command, arguments, key, cancellationToken));
        }

        var request = new RunRequest
        {
            RunId = call.Text("idempotencyKey")!,
            SessionKey = key,
            Message = message,
            Images = images,
            Source = "agent",
            Model = ModelOf(call),
            Think = call.Text("thinking"),
            Lane = call.Text("lane"),
            Undelivered = undelivered,
            Timeout = call.Number("timeout") is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null, // seconds here
            ExtraSystemPrompt = call.Text("extraSystemPrompt"),
            Sender = call.Connection.Grant!.Sender,
            ConnectionId = call.Connection.Id,
            Client = call.Connection.Grant!.Program,
        };
        RunAdmission admission = await runtime.Runs.StartAsync(request, CancellationToken.None);
        if (admission.Run is not { } run)
        {
            return MethodReply.Fail(RunReplies.Refused(admission, request));
        }

        if (admission.Status == RunAdmissionStatus.InFlight && !run.Completion.IsCompleted)
        {
            return RunReplies.Status(run.Id, "in_flight");
        }

        if (admission.Status == RunAdmissionStatus.Started)
        {
            call.Connection.Send(FrameWriter.Response(call.Id, json => WriteAccepted(json, run, asked is not null)));
        }

        return AgentReply.Final(run, await run.Completion.WaitAsync(cancellationToken), runtime);
    }

    private async ValueTask<MethodReply> WaitAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string runId = call.Text("runId")!;
        TimeSpan timeout = TimeSpan.FromMilliseconds(
            Math.Min(call.Number("timeoutMs") ?? DefaultWaitMs, int.MaxValue));
        Run? run = runtime.Runs.Find(runId);
        if (run is null)
        {
            await Task.Delay(timeout, runtime.Time, cancellationToken);
            return RunReplies.Status(runId, "timeout");
        }

        try
        {
            await run.Completion.WaitAsync(timeout, runtime.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return RunReplies.Status(runId, "timeout");
        }

        RunResult result = await run.Completion;
        return MethodReply.Object(json =>
        {
            json.WriteString("runId"u8, runId);
            json.WriteString("status"u8, RunReplies.WordFor(result.Status));
            json.WriteNumber("endedAt"u8, result.EndedAtMs);
            if (result.ErrorMessage is not null)
            {
                json.WriteString("error"u8, result.ErrorMessage);
            }

            json.WriteString("stopReason"u8, result.StopReason);
            json.WriteString("livenessState"u8, result.Status == RunStatus.Failed ? "blocked"u8 : "working"u8);
            if (run.Request.Undelivered is not null)
            {
                json.WriteStartObject("terminalDelivery"u8);
                json.WriteString("status"u8, "failed"u8);
                json.WriteNumber("resultCount"u8, 0);
                json.WriteEndObject();
            }

            if (result.Status == RunStatus.Done)
            {
                RunEndEvents.WriteReceipt(json, run, result, RunEndEvents.IsSilent(result));
            }

            json.WriteStartObject("terminalReply"u8);
            json.WriteString("disposition"u8, RunEndEvents.IsSilent(result) ? "silent"u8 : "visible"u8);
            json.WriteString("text"u8, result.Text);
            json.WriteEndObject();
        });
    }

    // As there: who names neither a session nor an agent gets a session for this run alone.
    private string OwnSession(MethodCall call)
    {
        string name = $"agent:{runtime.AgentsOf(call).Default.Id}:explicit:{call.Text("idempotencyKey")}";
        return call.Text("agentId") is null && SessionKey.TryParse(name, runtime.AgentsOf(call).Default.Id, out _) ? name : "main";
    }

    // A command: there is no run, and one answer.
    private static MethodReply Answered(string runId, string text) => MethodReply.Object(json =>
    {
        json.WriteString("runId"u8, runId);
        json.WriteString("status"u8, "ok"u8);
        json.WriteString("summary"u8, "completed"u8);
        json.WriteStartObject("result"u8);
        json.WriteStartArray("payloads"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteNull("mediaUrl"u8); // an explicit null of the wire
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("meta"u8);
        json.WriteBoolean("aborted"u8, false);
        json.WriteString("stopReason"u8, "stop"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static string? ModelOf(MethodCall call) => (call.Text("provider"), call.Text("model")) switch
    {
        (_, null or "") => null,
        ({ Length: > 0 } provider, { } model) when !model.StartsWith(provider + "/", StringComparison.Ordinal) => $"{provider}/{model}",
        (_, { } model) => model,
    };

    private static void WriteAccepted(Utf8JsonWriter json, Run run, bool keyGiven)
    {
        json.WriteStartObject();
        json.WriteString("runId"u8, run.Id);
        if (keyGiven)
        {
            json.WriteString("sessionKey"u8, run.SessionKey.Text);
        }

        json.WriteString("agentId"u8, run.SessionKey.AgentId);
        json.WriteString("status"u8, "accepted"u8);
        json.WriteNumber("acceptedAt"u8, run.AcceptedAtMs);
        json.WriteEndObject();
    }
}
