using System.Text.Json;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Sends, polls, actions and pairing of messengers, of which none is here: they answer as the original does where no channel is
/// configured, so that its clients say so.</summary>
internal static class ChannelMethods
{
    private const string NoChannel = "Error: Channel is required (no configured channels detected). Run openclaw channels add to configure one, or pass --channel <channel> after "
        + "enabling a channel. Use openclaw channels list --all to see available channel ids.";

    private const string NoWebChat = "unsupported channel: webchat (internal-only). Use `chat.send` for WebChat UI messages or choose a deliverable channel.";
    private const string OfAccount = "channel!:str1 accountId!:str1 requestId!:str1";

    /// <summary>The methods.</summary>
    public static IEnumerable<MethodEntry> Entries() =>
    [
        Refused("send", OperatorScopes.Write,
            "to!:str1 message:str mediaUrl:str mediaUrls:strs buffer:str filename:str contentType:str asVoice:bool gifPlayback:bool channel:str accountId:str agentId:str "
            + "replyToId:str threadId:str forceDocument:bool silent:bool parseMode:HTML sessionKey:str idempotencyKey!:str1",
            call => HasContent(call) ? Channel(call, "unsupported channel: ", NoWebChat) : "invalid send params: text or media is required"),
        Refused("poll", OperatorScopes.Write,
            "to!:str1 question!:str1 options!:strs(2..12) maxSelections:int(1..12) durationSeconds:int(1..604800) durationHours:int(1..) silent:bool isAnonymous:bool "
            + "threadId:str channel:str accountId:str idempotencyKey!:str1",
            call => Channel(call, "unsupported poll channel: ", "unsupported poll channel: webchat")),
        Refused("message.action", OperatorScopes.Write,
            "channel!:str1 action!:str1 params!:obj idempotencyKey!:str1 …",
            call => Name(call) == "webchat" ? NoWebChat : $"Channel {Name(call)} does not support action {call.Text("action")}."),
        MethodEntry.Of("channels.pairing.list", OperatorScopes.Pairing, "channel:str1 accountId:str1", List),
        Refused("channels.pairing.approve", OperatorScopes.Pairing, OfAccount + " notify:bool bootstrapCommandOwner:bool", UnknownPairing),
        Refused("channels.pairing.dismiss", OperatorScopes.Pairing, OfAccount, UnknownPairing),
    ];

    // They work nowhere here: nobody is told that they do.
    private static MethodEntry Refused(string name, OperatorScopes scope, string notation, Func<MethodCall, string> problem) =>
        MethodEntry.Of(name, scope, notation, call => MethodReply.Invalid(problem(call))) with { Advertised = false };

    private static MethodReply List(MethodCall call) => call.Has("channel")
        ? MethodReply.Invalid(UnknownPairing(call))
        : MethodReply.Object(json =>
        {
            json.WriteStartArray("accounts"u8);
            json.WriteEndArray();
            json.WriteStartArray("requests"u8);
            json.WriteEndArray();
            json.WriteBoolean("commandOwnerConfigured"u8, false);
            json.WriteStartObject("limits"u8);
            json.WriteNumber("pendingPerAccount"u8, 3);
            json.WriteNumber("ttlMs"u8, 3_600_000);
            json.WriteEndObject();
        });

    private static string UnknownPairing(MethodCall call) => $"Error: unknown pairing channel: {call.Text("channel")}";

    private static string Channel(MethodCall call, string unknown, string internalOnly) => Name(call) switch
    {
        "" => NoChannel,
        "webchat" => internalOnly,
        string name => unknown + name,
    };

    private static string Name(MethodCall call) => call.Text("channel")?.Trim().ToLowerInvariant() ?? "";

    private static bool HasContent(MethodCall call) =>
        !string.IsNullOrWhiteSpace(call.Text("message")) || !string.IsNullOrWhiteSpace(call.Text("mediaUrl")) || !string.IsNullOrWhiteSpace(call.Text("buffer"))
        || (call.Params.TryGetProperty("mediaUrls", out JsonElement urls) && urls.GetArrayLength() > 0);
}
