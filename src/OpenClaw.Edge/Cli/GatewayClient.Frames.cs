using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli;

/// <content>Frames in and out.</content>
public sealed partial class GatewayClient
{
    // {"type":"req","id":…,"method":…,"params"?:…}
    private static ReadOnlyMemory<byte> Request(string id, string method, Action<Utf8JsonWriter>? parameters)
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "req"u8);
        writer.WriteString("id"u8, id);
        writer.WriteString("method"u8, method);
        if (parameters is not null)
        {
            writer.WritePropertyName("params"u8);
            parameters(writer);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteConnect(Utf8JsonWriter writer, GatewayTarget target, GatewayConnectOptions options, JsonElement challenge)
    {
        // An invitation counts once, a secret always, the token of this machine where there is no secret.
        string? kept = options.BootstrapToken is null && target.Token is null && target.Password is null
            ? options.Identity?.TokenFor(target, options.Role)
            : null;
        string? token = options.BootstrapToken is null ? target.Token : null;
        writer.WriteStartObject();
        writer.WriteNumber("minProtocol"u8, options.Mode == "probe" ? 3 : 4);
        writer.WriteNumber("maxProtocol"u8, 4);
        writer.WriteStartObject("client"u8);
        writer.WriteString("id"u8, options.ClientId);
        writer.WriteString("version"u8, EdgeVersion.Compatible);
        writer.WriteString("platform"u8, ClientIdentity.Platform);
        writer.WriteString("mode"u8, options.Mode);
        writer.WriteString("instanceId"u8, Guid.NewGuid());
        if (options.DisplayName is { } shown)
        {
            writer.WriteString("displayName"u8, shown);
        }

        writer.WriteEndObject();
        writer.WriteTexts("caps", options.Caps);
        if (options.Commands is { } commands)
        {
            writer.WriteTexts("commands", commands);
        }

        (string Name, string? Secret)[] secrets =
        [
            ("token", token), ("password", options.BootstrapToken is null ? target.Password : null), ("deviceToken", kept), ("bootstrapToken", options.BootstrapToken),
        ];
        if (secrets.Any(one => one.Secret is not null))
        {
            writer.WriteStartObject("auth"u8);
            foreach ((string name, string? secret) in secrets.Where(one => one.Secret is not null))
            {
                writer.WriteString(name, secret);
            }

            writer.WriteEndObject();
        }

        options.Identity?.Write(writer, options, token ?? kept ?? options.BootstrapToken ?? "", challenge);
        writer.WriteString("role"u8, options.Role);
        writer.WriteTexts("scopes", options.Scopes);
        writer.WriteEndObject();
    }

    private async Task ReadAsync()
    {
        CliException failure = Gone("closed");
        try
        {
            while (await _socket.ReceiveAsync(_stopping.Token) is { } text)
            {
                Dispatch(text.Span);
            }

            failure = Closing();
        }
        catch (OperationCanceledException)
        {
            // disposed
        }
        catch (Exception e) when (e is WebSocketException or IOException or JsonException)
        {
            failure = Gone(e.Message);
        }
        finally
        {
            Fail(failure);
        }
    }

    private void Dispatch(ReadOnlySpan<byte> utf8)
    {
        Utf8JsonReader reader = new(utf8);
        JsonElement frame = JsonElement.ParseValue(ref reader);
        switch (frame.Text("type"))
        {
            case "res":
                Answer(frame);
                break;
            case "event" when frame.Text("event") == "connect.challenge":
                _challenge.TrySetResult(frame.Member("payload"));
                break;
            case "event" when frame.Text("event") is { } name:
                _onEvent?.Invoke(new GatewayEvent(name, frame.Member("payload")));
                break;
            default:
                break; // newer gateways may send more
        }
    }

    private void Answer(JsonElement frame)
    {
        PendingCall? call;
        lock (_gate)
        {
            if (frame.Text("id") is not { } id || !_pending.TryGetValue(id, out call))
            {
                return; // gave up waiting
            }
        }

        JsonElement payload = frame.Member("payload");
        if (!frame.Flag("ok"))
        {
            call.Answer.TrySetException(GatewayRefusal.From(call.Method, frame.Member("error"), _target));
        }
        else if (call.OnAccepted is not null && payload.Text("status") == "accepted")
        {
            call.OnAccepted(payload);
        }
        else
        {
            call.Answer.TrySetResult(payload);
        }
    }

    private void Fail(CliException failure)
    {
        PendingCall[] waiting;
        lock (_gate)
        {
            _failure = failure;
            waiting = [.. _pending.Values];
        }

        _challenge.TrySetException(failure);
        _ = _challenge.Task.Exception; // observed: nobody may be waiting for it any more
        foreach (PendingCall call in waiting)
        {
            call.Answer.TrySetException(failure);
        }

        _closed.TrySetResult();
    }

    private CliException Closing()
    {
        string reason = _socket.CloseReason is { Length: > 0 } text ? text : "no reason given";
        int code = _socket.CloseCode ?? 1005;
        return code switch
        {
            1008 or 4001 => new CliException(ExitCode.Unauthorized, $"{_target.Display} closed the connection: {reason}"),
            1012 or 1013 => new CliException(
                ExitCode.Unreachable, $"the gateway at {_target.Display} is going down ({reason}); try again in a moment"),
            _ => Gone($"closed with {code}, {reason}"),
        };
    }

    private CliException Gone(string why) =>
        new(ExitCode.Unreachable, $"the connection to {_target.Display} broke: {why}; see 'openclaw logs' or 'openclaw doctor'");

    private static CliException Unreachable(GatewayTarget target, Exception e)
    {
        Exception root = e.GetBaseException();
        return new CliException(
            ExitCode.Unreachable,
            $"no gateway answers at {target.Display} ({target.Source}): {root.Message.TrimEnd('.')}; "
            + (target.Local ? "start one with 'openclaw gateway run'" : "check the address and the network"));
    }

    private static CliException NoAnswer(GatewayTarget target, TimeSpan timeout) => new(
        ExitCode.Unreachable,
        $"{target.Display} ({target.Source}) did not answer within {timeout.TotalSeconds:0.#} s; "
        + "is it a gateway? raise --timeout if it is only slow");
}
