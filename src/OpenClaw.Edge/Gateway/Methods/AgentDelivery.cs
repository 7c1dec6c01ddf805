using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Where the answer to <c>agent</c> should go beside its session. There are no messengers: a wish to deliver is refused before the
/// turn, or (<c>bestEffortDeliver</c>, and the main session) the turn runs and its end says that nothing was delivered.</summary>
internal static class AgentDelivery
{
    // Names that a request may carry without wishing to deliver; those of the original's messengers are known, and not here.
    private const string Places = " last webchat heartbeat cron webhook voice sessions_send ";
    private const string Messengers =
        " a2a buzz clickclack discord feishu lark googlechat gchat google-chat imessage imsg irc internet-relay-chat line matrix mattermost msteams teams "
        + "nextcloud-talk nc nc-talk nostr qa-channel raft reef signal slack sms synology-chat telegram tlon twitch twitch-chat whatsapp zalo zl zalouser zlu ";

    /// <summary>Reads the wish.</summary>
    /// <param name="call">The call.</param>
    /// <param name="key">Its session.</param>
    /// <param name="reason">Why the answer will not be delivered; null when nobody wishes it.</param>
    /// <returns>Why the call is refused; null when it is not.</returns>
    public static GatewayError? Check(MethodCall call, SessionKey key, out string? reason)
    {
        reason = null;
        string? asked = Named(call, "channel");
        string? reply = Named(call, "replyChannel");
        foreach (string? name in (string?[])[asked, reply])
        {
            if (name is not null && !Has(Places, name) && !Has(Messengers, name))
            {
                return GatewayError.Invalid($"invalid agent params: unknown channel: {name}");
            }
        }

        if (!call.Flag("deliver"))
        {
            return null;
        }

        string channel = reply ?? asked ?? "last";
        bool messenger = Has(Messengers, channel);
        bool bestEffort = call.Has("bestEffortDeliver") ? call.Flag("bestEffortDeliver") : key.IsMain;
        if (!bestEffort)
        {
            return GatewayError.Invalid(messenger
                ? $"delivery to {channel} is not possible: there are no messengers here. Leave deliver out and read the answer in the session, or pass bestEffortDeliver."
                : "Channel is required (no configured channels detected). There are no messengers here: leave deliver out and read the answer in the session, or pass bestEffortDeliver.");
        }

        reason = messenger ? "invalid_delivery_target" : "channel_resolved_to_internal";
        return null;
    }

    private static string? Named(MethodCall call, string member) =>
        call.Text(member)?.Trim().ToLowerInvariant() is { Length: > 0 } name ? name : null;

    private static bool Has(string names, string name) =>
        !name.Contains(' ', StringComparison.Ordinal) && names.Contains($" {name} ", StringComparison.Ordinal);
}
