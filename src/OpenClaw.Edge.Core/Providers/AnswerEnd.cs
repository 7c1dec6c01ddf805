using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Providers;

/// <summary>What stands at the end of every answer, whatever its wire: calls, reason and usage. Stateless.</summary>
internal static class AnswerEnd
{
    /// <summary>The calls of a complete draft, each with an id; calls without a name are dropped.</summary>
    public static IReadOnlyList<ToolCall> ToolCalls(AnswerDraft draft)
    {
        if (draft.Calls.Count == 0)
        {
            return [];
        }

        var calls = new List<ToolCall>(draft.Calls.Count);
        foreach (ToolCallDraft call in draft.Calls)
        {
            if (call.Name.Length > 0)
            {
                string id = string.IsNullOrEmpty(call.Id) ? "call_" + Guid.NewGuid().ToString("N")[..16] : call.Id;
                calls.Add(new ToolCall(id, call.Name, call.ArgumentsJson()));
            }
        }

        return calls;
    }

    /// <summary>The finish of a complete draft.</summary>
    public static ModelFinish Finish(ModelServer server, AnswerWire wire, ModelRequest request, AnswerDraft draft, int calls)
    {
        long output = draft.OutputTokens ?? (draft.TextBytes + draft.ThinkingBytes + 3) / 4;
        long prompt = draft.PromptTokens ?? TokenEstimate.Of(request);
        long fresh = Math.Max(0, prompt - draft.CacheReadTokens - draft.CacheWriteTokens);
        MessageUsage usage = new()
        {
            Input = fresh,
            Output = output,
            CacheRead = draft.CacheReadTokens,
            CacheWrite = draft.CacheWriteTokens,
            TotalTokens = prompt + output,
            Cost = server.Cost(request.Model, fresh, output, draft.CacheReadTokens, draft.CacheWriteTokens),
        };
        return new ModelFinish(Reason(draft.FinishReason, calls), usage, server.Id, request.Model, wire.Api, draft.ResponseId);
    }

    private static string Reason(string? said, int calls) => said switch
    {
        _ when calls > 0 => "toolUse",
        "length" or "max_tokens" or "max_output_tokens" or "incomplete" or "model_context_window_exceeded" => "length",
        _ => "stop",
    };
}
