using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>How messages of the tool <c>message</c> leave: into sessions as <c>chat.inject</c> puts them there, and to nodes that declare
/// <c>system.notify</c>.</summary>
internal sealed class PersonOutlet(GatewayRuntime runtime, Broadcaster broadcaster, ConnectionRegistry registry, NodeSessions nodes)
{
    private const string Command = "system.notify";
    private const int MaxNoticeChars = 500; // more is not shown by any phone

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    /// <summary>The ways out.</summary>
    public MessageOutlet Outlet => new()
    {
        ToSession = (key, text, cancellationToken) => new Methods.ChatInjection(runtime, broadcaster).PutAsync(key, text, cancellationToken),
        Nodes = () => [.. Notifiable().Select(node => node.Name)],
        ToNode = NotifyAsync,
    };

    private async Task<string?> NotifyAsync(string name, string text, CancellationToken cancellationToken)
    {
        if (Notifiable().FirstOrDefault(node => node.Name == name).Socket is not { } socket)
        {
            return "it is not connected any more";
        }

        JsonDocument parameters = JsonDocument.Parse(FrameWriter.Value(json =>
        {
            json.WriteStartObject();
            json.WriteString("title"u8, "OpenClaw"u8);
            json.WriteString("body"u8, text.Length <= MaxNoticeChars ? text : text[..(MaxNoticeChars - 1)] + "…");
            json.WriteEndObject();
        }));
        using (parameters)
        {
            MethodReply reply = await nodes.InvokeAsync(
                socket, Command, parameters.RootElement.Clone(), s_patience, Guid.NewGuid().ToString(), cancellationToken);
            return reply.Error?.Message;
        }
    }

    private List<(string Name, GatewayConnection Socket)> Notifiable()
    {
        List<(string Name, GatewayConnection Socket)> found = [];
        foreach (GatewayConnection socket in registry.Ready)
        {
            if (socket.Grant is { IsNode: true, DeviceId: { } id } && runtime.Devices.Find(id) is { } device && device.LiveRole("node") is not null
                && nodes.Effective(device).Commands.Contains(Command, StringComparer.Ordinal))
            {
                found.Add((device.Label ?? socket.Grant.Client.DisplayName ?? device.DisplayName ?? device.DeviceId, socket));
            }
        }

        return found;
    }
}
