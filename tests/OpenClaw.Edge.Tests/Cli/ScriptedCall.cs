using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary>One request that a <see cref="ScriptedGateway"/> has to answer.</summary>
internal sealed class ScriptedCall(
    WebSocket socket, SemaphoreSlim sending, JsonElement frame, CancellationToken cancellationToken)
{
    public string Method => frame.GetProperty("method").GetString()!;

    public JsonElement Params => frame.TryGetProperty("params", out JsonElement value) ? value : default;

    public string Text(string name) => Params.GetProperty(name).GetString()!;

    public CancellationToken Stopped => cancellationToken;

    public Task AnswerAsync(string payload) =>
        SendAsync(socket, sending, $$"""{"type":"res","id":{{Id}},"ok":true,"payload":{{payload}}}""", cancellationToken);

    public Task RefuseAsync(string error) =>
        SendAsync(socket, sending, $$"""{"type":"res","id":{{Id}},"ok":false,"error":{{error}}}""", cancellationToken);

    public Task EventAsync(string name, string payload) =>
        SendAsync(socket, sending, $$"""{"type":"event","event":"{{name}}","seq":1,"payload":{{payload}}}""", cancellationToken);

    public Task CloseAsync(int code, string reason) =>
        socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, cancellationToken);

    public static async Task SendAsync(
        WebSocket socket, SemaphoreSlim sending, string text, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, cancellationToken);
        }
        finally
        {
            sending.Release();
        }
    }

    private string Id => frame.GetProperty("id").GetRawText();
}
