using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Http;

/// <summary>Which session an answer of <c>/v1/responses</c> came from, for 24 hours and over a restart, and the results that
/// callers bring for its calls. Thread-safe.</summary>
internal sealed class ResponseThreads(IdempotencyStore kept, SessionStore sessions, TimeProvider clock)
{
    private const string Scope = "v1/responses";
    private const string IdHead = "resp_";

    /// <summary>The id of a run's answer.</summary>
    public static string IdOf(string runId) => IdHead + runId;

    /// <summary>Keeps where an answer belongs.</summary>
    public Task KeepAsync(string responseId, ResponseOwner owner, SessionKey key, CancellationToken cancellationToken) =>
        kept.SaveAsync(Scope, responseId, $"{Line(owner)}\n{key.Text}", cancellationToken);

    /// <summary>The session that an answer came from; false when it is not known, too old, or another's.</summary>
    public bool TryFind(string responseId, ResponseOwner owner, out SessionKey key)
    {
        key = default;
        string? line = responseId.Length <= 128 ? kept.Find(Scope, responseId) : null;
        int end = line?.LastIndexOf('\n') ?? -1;
        return end > 0
            && line![..end] == Line(owner)
            && SessionKey.TryParse(line[(end + 1)..], owner.AgentId, out key);
    }

    /// <summary>Stores results of calls beside the answer that made them. Returns those that fit none of its calls, and all
    /// of them when the session has gone on since.</summary>
    public async Task<IReadOnlyList<PromptMessage>> AddResultsAsync(
        string responseId,
        SessionKey key,
        IReadOnlyList<PromptMessage> results,
        CancellationToken cancellationToken)
    {
        string runId = responseId[IdHead.Length..];
        if (sessions.Find(key)?.LastRunId != runId
            || sessions.FindByIdempotencyKey(key, runId + ":assistant") is not { Message: { } answer })
        {
            return results;
        }

        Dictionary<string, string> calls = [];
        foreach (ContentPart part in answer.Content.Parts ?? [])
        {
            if (part is { Type: "toolCall", Id: { } id, Name: { } name })
            {
                calls[id] = name;
            }
        }

        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        TranscriptEntry[] rows =
        [
            .. results.Where(result => calls.ContainsKey(result.ToolCallId ?? "")).Select(result => new TranscriptEntry
            {
                Id = Guid.NewGuid().ToString(),
                Kind = TranscriptEntryKind.Message,
                RunId = runId,
                Message = new ChatMessage
                {
                    Role = "toolResult",
                    ToolCallId = result.ToolCallId,
                    ToolName = calls[result.ToolCallId!],
                    Content = MessageContent.Of([ContentPart.OfText(result.Text)]),
                    Timestamp = now,
                },
            }),
        ];
        if (rows.Length > 0)
        {
            await sessions.AppendAsync(key, rows, update: null, cancellationToken);
        }

        return [.. results.Where(result => !calls.ContainsKey(result.ToolCallId ?? ""))];
    }

    /// <summary>Results without their calls, in words: a model server refuses a result that answers no call.</summary>
    public static RunRequest WithWords(RunRequest turn, IReadOnlyList<PromptMessage> results) => results.Count == 0
        ? turn
        : turn with
        {
            Message = string.Join(
                "\n\n",
                results.Select(result => $"[Result of call {result.ToolCallId}]\n{result.Text}").Append(turn.Message).Where(text => text.Length > 0)),
        };

    private static string Line(ResponseOwner owner) =>
        string.Join('\n', owner.Subject, owner.AgentId, owner.User, owner.SessionKey);
}
