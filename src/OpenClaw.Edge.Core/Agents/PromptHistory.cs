using System.Text;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Turns stored rows into a conversation that a model server accepts. Stateless; never throws on stored data.</summary>
internal static class PromptHistory
{
    private const int CutStep = 16; // rows; see Fit

    /// <summary>Estimated tokens of a message.</summary>
    public static int Cost(PromptMessage message) =>
        4 + Tokens(message.Text)
        + (message.ToolCalls.Count == 0 ? 0 : message.ToolCalls.Sum(call => Tokens(call.Name) + Tokens(call.ArgumentsJson)))
        + (message.Images.Count * 1000); // guess: what vision models of this size make of an image

    /// <summary>The newest turns within the budget, oldest first. Rows of one turn stay together, whatever was stored
    /// between them. When older turns must go, the cut falls on a row number divisible by 16 where that does not cost half
    /// the budget, so that it stays where it is for several turns and the model server's cache of the prompt stays good. A summary
    /// at the start always comes.</summary>
    public static List<PromptMessage> Fit(List<PastTurn> turns, int budget)
    {
        PastTurn? summary = turns.Count > 0 && turns[0].IsSummary ? turns[0] : null;
        int least = summary is null ? 0 : 1;
        budget -= summary?.Cost ?? 0;
        int first = turns.Count;
        int used = 0;
        while (first > least && used + turns[first - 1].Cost <= budget)
        {
            used += turns[--first].Cost;
        }

        if (first > least && first < turns.Count)
        {
            long boundary = (turns[first].FirstSeq + CutStep - 1) / CutStep * CutStep;
            int stable = turns.FindIndex(first, turn => turn.FirstSeq >= boundary);
            if (stable > first && turns.Skip(stable).Sum(turn => turn.Cost) * 2 >= used)
            {
                first = stable;
            }
        }

        List<PromptMessage> messages = new(((turns.Count - first) * 2) + 1);
        if (summary is not null)
        {
            messages.AddRange(summary.Messages.Select(message => message.Unpack()));
        }

        for (int i = first; i < turns.Count; i++)
        {
            foreach (PastMessage message in turns[i].Messages)
            {
                messages.Add(message.Unpack());
            }
        }

        return messages;
    }

    /// <summary>Joins neighbours of the same speaker: many chat templates refuse two user messages in a row.</summary>
    public static List<PromptMessage> Alternate(List<PromptMessage> messages)
    {
        List<PromptMessage> joined = new(messages.Count);
        foreach (PromptMessage message in messages)
        {
            if (joined.Count > 0 && joined[^1] is { Role: PromptRole.User } last && message.Role == PromptRole.User)
            {
                joined[^1] = last with
                {
                    Text = $"{last.Text}\n\n{message.Text}",
                    Images = last.Images.Count == 0 ? message.Images : [.. last.Images, .. message.Images],
                };
            }
            else
            {
                joined.Add(message);
            }
        }

        return joined;
    }

    /// <summary>Puts rows together by turn. A message that arrived while another turn ran is stored in the middle of that turn; by turn
    /// the order is right again.</summary>
    public static List<PastTurn> ByTurn(IEnumerable<TranscriptEntry> stored)
    {
        List<List<TranscriptEntry>> turns = [];
        Dictionary<string, List<TranscriptEntry>> byRun = new(StringComparer.Ordinal);
        foreach (TranscriptEntry entry in stored)
        {
            if (entry.Kind == TranscriptEntryKind.Reset || entry.Reason == SessionStore.DroppedReason || entry.Message.ExcludeFromContext == true)
            {
                continue;
            }

            if (entry.RunId is not string run || !byRun.TryGetValue(run, out List<TranscriptEntry>? turn))
            {
                turn = new List<TranscriptEntry>(2);
                turns.Add(turn);
                if (entry.RunId is not null)
                {
                    byRun.Add(entry.RunId, turn);
                }
            }

            turn.Add(entry);
        }

        return turns.ConvertAll(Of);
    }

    // The same as TokenEstimate for text that is all ASCII, at the speed of the vector unit: history is costed every turn.
    private static int Tokens(string text) =>
        Ascii.IsValid(text) ? (text.Length + 3) / 4 : TokenEstimate.Of(text);

    private static PastTurn Of(List<TranscriptEntry> entries)
    {
        int cost = 0;
        List<PastMessage> messages = new(entries.Count);
        foreach (PromptMessage message in Messages(entries))
        {
            cost += Cost(message);
            messages.Add(new PastMessage(message));
        }

        return new PastTurn(entries[0].Seq, entries[^1].Seq, entries[0].RunId, cost, [.. messages], entries[0].Kind == TranscriptEntryKind.Compaction);
    }

    private static IEnumerable<PromptMessage> Messages(List<TranscriptEntry> entries)
    {
        Dictionary<string, TranscriptEntry> results = new(StringComparer.Ordinal);
        foreach (TranscriptEntry entry in entries)
        {
            if (entry.Message is { Role: "toolResult", ToolCallId: string id })
            {
                results.TryAdd(id, entry);
            }
        }

        foreach (TranscriptEntry entry in entries)
        {
            ChatMessage message = entry.Message;
            if (entry.Kind == TranscriptEntryKind.Compaction)
            {
                yield return new PromptMessage
                {
                    Role = PromptRole.User,
                    Text = $"[Summary of the conversation so far]\n{message.Content.PlainText}",
                };
            }
            else if (message.Role == "user")
            {
                PromptMessage said = entry.Reason == SessionStore.OverflowReason
                    ? new PromptMessage
                    {
                        Role = PromptRole.User,
                        Text = $"[dropped from a full queue, in short] {ConversationText.Shorten(message.Content.PlainText, 160)}",
                    }
                    : User(message);
                if (said.Text.Length > 0 || said.Images.Count > 0) // empty: a caller handed in a tool's result
                {
                    yield return said;
                }
            }
            else if (message.Role == "assistant")
            {
                foreach (PromptMessage answer in Assistant(message, results))
                {
                    yield return answer;
                }
            }
        }
    }

    private static PromptMessage User(ChatMessage message) => new()
    {
        Role = PromptRole.User,
        Text = message.Content.PlainText,
        Images =
        [
            .. (message.Content.Parts ?? [])
                .Where(part => part is { Type: "image", Data: not null, MimeType: not null })
                .Select(part => new PromptImage(part.MimeType!, part.Data!)),
        ],
    };

    // Each call is followed by its result; a call whose result was lost to a crash or an abort gets one that says so,
    // because servers refuse a call without one.
    private static IEnumerable<PromptMessage> Assistant(ChatMessage message, Dictionary<string, TranscriptEntry> results)
    {
        ToolCall[] calls =
        [
            .. (message.Content.Parts ?? []).Where(part => part is { Type: "toolCall", Id: not null, Name: not null })
                .Select(part => new ToolCall(part.Id!, part.Name!, part.Arguments?.GetRawText() ?? "{}")),
        ];
        string text = TextOf(message);
        if (text.Length == 0 && calls.Length == 0)
        {
            yield break; // an error row, or an answer aborted before its first word
        }

        yield return new PromptMessage { Role = PromptRole.Assistant, Text = text, ToolCalls = calls };
        foreach (ToolCall call in calls)
        {
            ChatMessage? result = results.GetValueOrDefault(call.Id)?.Message;
            yield return new PromptMessage
            {
                Role = PromptRole.Tool,
                ToolCallId = call.Id,
                ToolName = call.Name,
                Text = result?.Content.PlainText ?? "[interrupted: the call has no result; it may or may not have taken effect]",
            };
        }
    }

    private static string TextOf(ChatMessage message)
    {
        string text = message.Content.PlainText;
        return message.Abort is not null && text.Length > 0 ? text + " [interrupted]" : text;
    }
}
