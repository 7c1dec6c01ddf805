using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>progressCard.get</c> and <c>progressCard.put</c>: the card that the tool <c>progress_card</c> writes.</summary>
internal sealed class ProgressCardMethods(GatewayRuntime runtime, Broadcaster broadcaster)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("progressCard.get", OperatorScopes.Read, "sessionKey!:str1 agentId:str1", Get),
        new("progressCard.put", OperatorScopes.Write, "sessionKey!:str1 agentId:str1 markdown:str plan:arr expectedRevision:int(1..)", PutAsync),
    ];

    /// <summary>Tells readers that the card of a session is another one.</summary>
    public static void Changed(Broadcaster broadcaster, SessionKey key, JsonElement? card) =>
        broadcaster.Publish("progressCard.changed", OperatorScopes.Read, json =>
        {
            json.WriteStartObject();
            json.WriteString("sessionKey"u8, key.Text);
            if (card is { } now)
            {
                json.WriteNumber("revision"u8, now.GetProperty("revision"u8).GetInt64());
            }
            else
            {
                json.WriteNull("revision"u8); // an explicit null of the wire
            }

            json.WriteEndObject();
        });

    private MethodReply Get(MethodCall call) =>
        SessionTarget.TryParse(call.Text("sessionKey"), call.Text("agentId"), runtime.AgentsOf(call), out SessionKey key, out GatewayError? error)
            ? Reply(key, ProgressCard.Of(runtime.Sessions.Find(key)))
            : MethodReply.Fail(error);

    private async ValueTask<MethodReply> PutAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (ProgressCard.Read(call.Params, out JsonElement wanted) is { } problem)
        {
            return MethodReply.Invalid(problem);
        }

        bool clears = !wanted.EnumerateObject().MoveNext();
        long? expected = call.Number("expectedRevision");
        if (expected is not null && !clears)
        {
            return MethodReply.Invalid("expectedRevision is only valid when clearing a card");
        }

        if (!SessionTarget.TryParse(call.Text("sessionKey"), call.Text("agentId"), runtime.AgentsOf(call), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        if (runtime.Sessions.Find(key) is not { } row)
        {
            return clears ? Reply(key, null) : MethodReply.Invalid($"there is no session {key.Text}");
        }

        // A page clears a card whose steps are all done, unless it has changed since the page looked.
        if (expected is { } seen && ProgressCard.Of(row) is { } card && (card.GetProperty("revision"u8).GetInt64() != seen || !IsDone(card)))
        {
            return Reply(key, card);
        }

        JsonElement? now = clears && ProgressCard.Of(row) is null
            ? null
            : await ProgressCard.PutAsync(runtime.Sessions, key, wanted, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken);
        Changed(broadcaster, key, now);
        return Reply(key, now);
    }

    private static bool IsDone(JsonElement card)
    {
        (int done, int all) = ProgressCard.Count(card);
        return all > 0 && done == all;
    }

    private static MethodReply Reply(SessionKey key, JsonElement? card) => MethodReply.Object(json =>
    {
        if (card is not { } now)
        {
            json.WriteNull("card"u8); // an explicit null of the wire
            return;
        }

        json.WriteStartObject("card"u8);
        json.WriteString("sessionKey"u8, key.Text);
        ProgressCard.Write(json, now);
        json.WriteEndObject();
    });
}
