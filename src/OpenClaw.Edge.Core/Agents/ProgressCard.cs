using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>The card beside a session that says how far its work is: a note, steps, or both; each write replaces it. Kept with the
/// session's row until the session is started over. Limits, members and words as there.</summary>
public static class ProgressCard
{
    /// <summary>Member of the session's row; not on the wire.</summary>
    public const string Member = "progressCard";

    /// <summary>The conversation that it is about: a session that was started over has none. Not on the wire.</summary>
    private const string Conversation = "of";

    private const int MaxMarkdownBytes = 8192;
    private const int MaxSteps = 50;
    private const int MaxStepBytes = 512;

    /// <summary>Checks what somebody wants the card to say, <c>{markdown?, plan?}</c>.</summary>
    /// <param name="input">An object.</param>
    /// <param name="card">The members <c>markdown</c> and <c>steps</c> that have something in them.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Read(JsonElement input, out JsonElement card)
    {
        card = default;
        string? markdown = null;
        if (input.TryGetProperty("markdown"u8, out JsonElement note))
        {
            if (note.ValueKind != JsonValueKind.String)
            {
                return "markdown must be a string";
            }

            markdown = note.GetString()!;
            if (Encoding.UTF8.GetByteCount(markdown) > MaxMarkdownBytes)
            {
                return $"progress card markdown exceeds {MaxMarkdownBytes} UTF-8 bytes";
            }
        }

        bool planned = input.TryGetProperty("plan"u8, out JsonElement plan);
        if (planned && WrongPlan(plan) is { } problem)
        {
            return problem;
        }

        card = ToolJson.Object(json =>
        {
            if (!string.IsNullOrWhiteSpace(markdown))
            {
                json.WriteString("markdown"u8, markdown);
            }

            if (planned && plan.GetArrayLength() > 0)
            {
                json.WriteStartArray("steps"u8);
                foreach (JsonElement step in plan.EnumerateArray())
                {
                    json.WriteStartObject();
                    json.WriteString("step"u8, step.GetProperty("step"u8).GetString());
                    json.WriteString("status"u8, step.GetProperty("status"u8).GetString());
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }
        });
        return null;
    }

    /// <summary>The card of a session with <c>revision</c> and <c>updatedAt</c>; null when there is none.</summary>
    public static JsonElement? Of(SessionRow? row) =>
        Stored(row) is { } card && card.TryGetProperty(Conversation, out JsonElement of) && of.ValueEquals(row!.LifecycleRevision)
            && (card.TryGetProperty("markdown"u8, out _) || card.TryGetProperty("steps"u8, out _)) ? card : null;

    /// <summary>Replaces the card; a card with nothing in it takes it away. Throws what the store throws.</summary>
    /// <param name="sessions">The store.</param>
    /// <param name="key">A session that is there.</param>
    /// <param name="card">What <see cref="Read"/> made.</param>
    /// <param name="nowMs">Epoch milliseconds.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The card as it is now; null when it was taken away.</returns>
    public static async Task<JsonElement?> PutAsync(SessionStore sessions, SessionKey key, JsonElement card, long nowMs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        SessionRow? old = sessions.Find(key);
        long revision = Stored(old) is { } before && before.TryGetProperty("revision"u8, out JsonElement number) ? number.GetInt64() : 0;
        JsonElement stored = ToolJson.Object(json =>
        {
            json.WriteNumber("revision"u8, revision + 1);
            json.WriteNumber("updatedAt"u8, nowMs);
            json.WriteString(Conversation, old?.LifecycleRevision);
            foreach (JsonProperty member in card.EnumerateObject())
            {
                member.WriteTo(json);
            }
        });
        SessionRow row = await sessions.PatchAsync(
            key, new SessionPatch { Extra = new Dictionary<string, JsonElement?> { [Member] = stored } }, cancellationToken);
        return Of(row);
    }

    /// <summary>Writes the members of a stored card that readers know.</summary>
    public static void Write(Utf8JsonWriter json, JsonElement card)
    {
        ArgumentNullException.ThrowIfNull(json);
        foreach (JsonProperty member in card.EnumerateObject())
        {
            if (!member.NameEquals(Conversation))
            {
                member.WriteTo(json);
            }
        }
    }

    /// <summary>How many steps are done, of how many.</summary>
    public static (int Done, int All) Count(JsonElement card)
    {
        int done = 0;
        int all = 0;
        if (card.TryGetProperty("steps"u8, out JsonElement steps))
        {
            foreach (JsonElement step in steps.EnumerateArray())
            {
                all++;
                done += step.GetProperty("status"u8).ValueEquals("completed"u8) ? 1 : 0;
            }
        }

        return (done, all);
    }

    private static JsonElement? Stored(SessionRow? row) =>
        row?.Extra is { ValueKind: JsonValueKind.Object } extra && extra.TryGetProperty(Member, out JsonElement card) && card.ValueKind == JsonValueKind.Object
            ? card
            : null;

    private static string? WrongPlan(JsonElement plan)
    {
        if (plan.ValueKind != JsonValueKind.Array)
        {
            return "plan must be an array";
        }

        if (plan.GetArrayLength() > MaxSteps)
        {
            return $"plan can contain at most {MaxSteps} steps";
        }

        int at = 0;
        int working = 0;
        foreach (JsonElement entry in plan.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object)
            {
                return $"plan[{at}] must be an object";
            }

            if (!entry.TryGetProperty("step"u8, out JsonElement step) || step.ValueKind != JsonValueKind.String)
            {
                return $"plan[{at}].step must be a string";
            }

            string text = step.GetString()!;
            if (Encoding.UTF8.GetByteCount(text) > MaxStepBytes)
            {
                return $"plan[{at}].step exceeds {MaxStepBytes} UTF-8 bytes";
            }

            if (text.AsSpan().Trim().IsEmpty)
            {
                return $"plan[{at}].step must not be empty";
            }

            if (!entry.TryGetProperty("status"u8, out JsonElement status) || status.ValueKind != JsonValueKind.String
                || status.GetString() is not ("pending" or "in_progress" or "completed"))
            {
                return $"plan[{at}].status must be one of pending, in_progress, completed";
            }

            working += status.ValueEquals("in_progress"u8) ? 1 : 0;
            at++;
        }

        return working > 1 ? "plan can contain at most one in_progress step" : null;
    }
}
