using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Messages of the assistant that no turn made: stored, then shown to everybody who reads the session.</summary>
internal sealed class ChatInjection(GatewayRuntime runtime, Broadcaster broadcaster)
{
    /// <summary>Puts one into a session that is there.</summary>
    /// <param name="key">The session.</param>
    /// <param name="text">What it says.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    /// <param name="once">A name of this message: a second one of that name is not stored.</param>
    public async Task<TranscriptEntry> PutAsync(SessionKey key, string text, CancellationToken cancellationToken, string? once = null)
    {
        TranscriptEntry entry = new()
        {
            Id = Guid.NewGuid().ToString(),
            Kind = TranscriptEntryKind.Message,
            Message = new ChatMessage
            {
                Role = "assistant",
                Content = MessageContent.Of([ContentPart.OfText(text)]),
                Provider = "openclaw",
                Model = "gateway-injected",
                StopReason = "stop",
                IdempotencyKey = once,
                Timestamp = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            },
        };
        TranscriptEntry stored = (await runtime.Sessions.AppendAsync(key, [entry], null, cancellationToken))[0];
        byte[] open = FrameWriter.OpenEvent("chat", json =>
        {
            json.WriteStartObject();
            json.WriteString("runId"u8, $"inject-{stored.Id}");
            json.WriteString("sessionKey"u8, key.Text);
            json.WriteNumber("seq"u8, 0);
            json.WriteString("state"u8, "final"u8);
            MessageJson.WriteAssistant(json, text, stored.Message.Timestamp);
            json.WriteEndObject();
        });
        broadcaster.ToReaders(open, key.Text, dropIfSlow: false);
        broadcaster.Sessions.Stored(key, stored);
        return stored;
    }
}
