using System.Text.Json;

namespace OpenClaw.Edge.Cli.Runs;

/// <summary>Picks the events of one run out of the stream of events. Answer text comes twice, as <c>chat</c> and as
/// <c>agent</c> events: whichever speaks first is followed to the end.</summary>
/// <param name="runId">The run, which is the idempotency key it was started with.</param>
internal sealed class RunFollower(string runId)
{
    private string? _textSource;
    private string? _itemId;
    private RunPhase? _phase;
    private bool _ended;

    /// <summary>The update that the event means for this run; null when it means nothing.</summary>
    public RunUpdate? Read(GatewayEvent gatewayEvent)
    {
        JsonElement payload = gatewayEvent.Payload;
        if (payload.Text("runId") != runId)
        {
            return null;
        }

        return gatewayEvent.Name switch
        {
            "chat" => ReadChat(payload),
            "agent" => ReadAgent(payload),
            _ => null,
        };
    }

    private RunUpdate? ReadChat(JsonElement payload)
    {
        switch (payload.Text("state"))
        {
            case "status":
                return Phase(payload);
            case "delta" when payload.Text("deltaText") is { } delta && SpeaksFirst("chat"):
                return new RunText(delta, payload.Flag("replace"));
            case "final":
                return End(payload, RunEnding.Final);
            case "aborted":
                return End(payload, RunEnding.Aborted);
            case "error":
                return End(payload, RunEnding.Error);
            default:
                return null;
        }
    }

    private RunUpdate? ReadAgent(JsonElement payload)
    {
        JsonElement data = payload.Member("data");
        switch (payload.Text("stream"))
        {
            case "run_status":
                return Phase(data);
            case "assistant" when data.Text("delta") is { } delta && SpeaksFirst("agent"):
                string? itemId = data.Text("itemId");
                string gap = _itemId is not null && itemId != _itemId ? "\n\n" : "";
                _itemId = itemId;
                return new RunText(gap + delta, data.Flag("replace"));
            case "thinking" when data.Text("delta") is { Length: > 0 } delta:
                return new RunThinking(delta);
            case "tool":
                return Tool(data);
            case "approval" when data.Text("status") == "pending":
                return _phase = new RunPhase("waiting_for_approval", $"waiting for approval of: {data.Text("command")} (openclaw approvals allow)", null);
            default:
                return null;
        }
    }

    private static RunUpdate? Tool(JsonElement data)
    {
        string callId = data.Text("toolCallId") ?? "";
        string name = data.Text("name") ?? "tool";
        return data.Text("phase") switch
        {
            "start" => new RunToolStart(callId, name, data.Text("title"), data.Member("args")),
            "result" => new RunToolEnd(callId, name, data.Flag("isError"), data.Member("result").MessageText()),
            _ => null,
        };
    }

    // Phases come twice too, as a chat status and as a run_status.
    private RunPhase? Phase(JsonElement data)
    {
        RunPhase? phase = data.Text("phase") is { } name
            ? new RunPhase(name, data.Text("note"), data.Number("queuePosition"))
            : null;
        if (phase == _phase)
        {
            return null;
        }

        return _phase = phase;
    }

    // A provider error ends a run with two error events in the original; the first one counts.
    private RunEnd? End(JsonElement payload, RunEnding ending)
    {
        if (_ended)
        {
            return null;
        }

        _ended = true;
        return new RunEnd(
            ending, payload.Member("message").MessageText(), payload.Text("errorMessage"), payload.Text("stopReason"));
    }

    private bool SpeaksFirst(string source) => (_textSource ??= source) == source;
}
