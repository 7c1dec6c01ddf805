using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Gateway;

/// <summary>The nodes that are connected, and the commands they are working on. Thread-safe.</summary>
internal sealed partial class NodeSessions(GatewayRuntime runtime, ConnectionRegistry registry, PairingEvents events)
{
    private const int MaxInvocations = 256; // guess: of all nodes together

    private readonly ILogger _logger = runtime.Loggers.CreateLogger("OpenClaw.Edge.Gateway.Nodes");

    /// <summary>What nodes say about themselves.</summary>
    public NodeFacts Facts { get; } = new(runtime.Time);

    /// <summary>What nodes were asked to run.</summary>
    public NodeRuns Runs { get; } = new(runtime.Time);

    private readonly ConcurrentDictionary<string, NodeInvocation> _invocations = new(StringComparer.Ordinal);

    /// <summary>What a connect request declares, cut to what is looked at.</summary>
    public static NodeSurface Declared(ConnectParams parameters) => new(
        Clean(parameters.Caps),
        Clean(parameters.Commands),
        parameters.Permissions.Where(flag => IsName(flag.Key)).Take(NodeSurface.MaxEntries).ToDictionary(StringComparer.Ordinal));

    /// <summary>The node's newest socket; null when it is not connected.</summary>
    public GatewayConnection? Find(string nodeId)
    {
        ReadOnlySpan<GatewayConnection> ready = registry.Ready;
        for (int index = ready.Length - 1; index >= 0; index--)
        {
            if (ready[index].Grant is { IsNode: true } grant && grant.DeviceId == nodeId)
            {
                return ready[index];
            }
        }

        return null;
    }

    private bool IsHere(GatewayConnection node)
    {
        foreach (GatewayConnection known in registry.Ready)
        {
            if (known == node)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What a connected node may do now: declared and approved.</summary>
    public NodeSurface Effective(PairedDevice device) =>
        Find(device.DeviceId)?.Grant is { } grant ? grant.Declared.Within(device.Surface) : device.Surface ?? NodeSurface.Empty;

    /// <summary>A node has said hello: what it offers and nobody has approved is asked for.</summary>
    public void Joined(GatewayConnection connection) => _ = AskAsync(connection);

    /// <summary>A node has gone: its commands fail.</summary>
    public void Left(GatewayConnection connection)
    {
        foreach (NodeInvocation invocation in _invocations.Values)
        {
            if (invocation.Connection == connection)
            {
                invocation.Answer.TrySetResult(null);
            }
        }

        string nodeId = connection.Grant!.DeviceId!;
        bool still = Find(nodeId) is not null;
        if (!still)
        {
            Facts.Unused(nodeId); // who used it is known only while it says so
            Facts.SetDesktop(nodeId, null);
        }

        events.NodePresence(nodeId, still);
    }

    /// <summary>Takes a node's answer; false when nobody waits for it any more.</summary>
    public bool Complete(GatewayConnection connection, string id, JsonElement result) =>
        _invocations.TryGetValue(id, out NodeInvocation? invocation)
        && invocation.Connection == connection
        && invocation.Answer.TrySetResult(result);

    /// <summary>Sends a command and waits for its answer.</summary>
    /// <param name="node">The node's socket.</param>
    /// <param name="command">Command.</param>
    /// <param name="parameters">Params; undefined for none.</param>
    /// <param name="timeout">Longest wait.</param>
    /// <param name="idempotencyKey">The caller's key.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async Task<MethodReply> InvokeAsync(
        GatewayConnection node,
        string command,
        JsonElement parameters,
        TimeSpan timeout,
        string idempotencyKey,
        CancellationToken cancellationToken)
    {
        string nodeId = node.Grant!.DeviceId!;
        var invocation = new NodeInvocation(Guid.NewGuid().ToString(), node);
        if (_invocations.Count >= MaxInvocations || !_invocations.TryAdd(invocation.Id, invocation))
        {
            return MethodReply.Fail(GatewayError.Unavailable("The server is busy. Please try again in a moment.", 1000));
        }

        try
        {
            node.Send(FrameWriter.Event(
                "node.invoke.request",
                json => WriteRequest(json, invocation.Id, nodeId, command, parameters, timeout, idempotencyKey)));
            if (!IsHere(node))
            {
                invocation.Answer.TrySetResult(null); // it went before it was noted that an answer is due
            }

            JsonElement? answer = await invocation.Answer.Task.WaitAsync(timeout, runtime.Time, cancellationToken);
            return answer is { } result
                ? Kept(node, command, parameters, idempotencyKey, result) ?? Reply(nodeId, command, result)
                : Failed("NOT_CONNECTED", "node disconnected", "node disconnected", dispatched: true);
        }
        catch (TimeoutException)
        {
            Cancel(invocation, nodeId);
            return Failed("TIMEOUT", "node invoke timed out", "TIMEOUT: node invoke timed out", dispatched: true);
        }
        catch (OperationCanceledException)
        {
            Cancel(invocation, nodeId);
            throw;
        }
        finally
        {
            _invocations.TryRemove(invocation.Id, out _);
        }
    }

    /// <summary>What a node answered, where that is an object.</summary>
    public static JsonElement? PayloadOf(MethodReply reply)
    {
        using JsonDocument answer = JsonDocument.Parse(FrameWriter.Value(reply.Payload!));
        return answer.RootElement.TryGetProperty("payload", out JsonElement payload) && payload.ValueKind == JsonValueKind.Object ? payload.Clone() : null;
    }

    /// <summary>The error of a command that did not get an answer.</summary>
    public static MethodReply Failed(string code, string text, string message, bool dispatched, bool coded = true) =>
        MethodReply.Fail(GatewayError.Unavailable(message) with
        {
            Details = json =>
            {
                PairingJson.WriteOptional(json, "code", coded ? code : null);
                json.WriteStartObject("nodeError"u8);
                json.WriteString("code"u8, code);
                json.WriteString("message"u8, text);
                json.WriteEndObject();
                json.WriteBoolean("nodeCommandDispatched"u8, dispatched);
            },
        });

    private static void Cancel(NodeInvocation invocation, string nodeId) =>
        invocation.Connection.Send(FrameWriter.Event("node.invoke.cancel", json =>
        {
            json.WriteStartObject();
            json.WriteString("invokeId"u8, invocation.Id);
            json.WriteString("nodeId"u8, nodeId);
            json.WriteEndObject();
        }));

    private static void WriteRequest(
        Utf8JsonWriter json,
        string id,
        string nodeId,
        string command,
        JsonElement parameters,
        TimeSpan timeout,
        string idempotencyKey)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("nodeId"u8, nodeId);
        json.WriteString("command"u8, command);
        if (parameters.ValueKind != JsonValueKind.Undefined)
        {
            json.WriteString("paramsJSON"u8, parameters.GetRawText());
        }

        json.WriteNumber("timeoutMs"u8, (long)timeout.TotalMilliseconds);
        json.WriteString("idempotencyKey"u8, idempotencyKey);
        json.WriteEndObject();
    }

    // A phone's camera, screen and microphone need its app in front: what came while it was not is done when it is.
    private MethodReply? Kept(GatewayConnection node, string command, JsonElement parameters, string idempotencyKey, JsonElement result)
    {
        if (result.GetProperty("ok").ValueKind == JsonValueKind.True
            || !result.TryGetProperty("error", out JsonElement error)
            || !IsPhone(node.Grant!.Client.Platform)
            || !(command.StartsWith("camera.", StringComparison.Ordinal) || command.StartsWith("screen.", StringComparison.Ordinal)
                || command.StartsWith("talk.", StringComparison.Ordinal) || command.StartsWith("canvas.", StringComparison.Ordinal))
            || !(string.Equals(Text(error, "code"), "NODE_BACKGROUND_UNAVAILABLE", StringComparison.OrdinalIgnoreCase)
                || Text(error, "message")?.Contains("BACKGROUND_UNAVAILABLE", StringComparison.OrdinalIgnoreCase) == true))
        {
            return null;
        }

        string nodeId = node.Grant!.DeviceId!;
        string id = Facts.Queue(
            nodeId, command, parameters.ValueKind == JsonValueKind.Undefined ? null : parameters.GetRawText(), idempotencyKey);
        return MethodReply.Fail(GatewayError.Unavailable("node command queued until iOS returns to foreground") with
        {
            Retryable = true,
            Details = json =>
            {
                json.WriteString("code"u8, "QUEUED_UNTIL_FOREGROUND"u8);
                json.WriteString("queuedActionId"u8, id);
                json.WriteString("nodeId"u8, nodeId);
                json.WriteString("command"u8, command);
                json.WriteStartObject("wake"u8); // nobody is woken: phones are woken through their maker's service
                json.WriteString("path"u8, "no-registration"u8);
                json.WriteBoolean("available"u8, false);
                json.WriteBoolean("throttled"u8, false);
                json.WriteEndObject();
                json.WritePropertyName("nodeError"u8);
                error.WriteTo(json);
            },
        });
    }

    private static bool IsPhone(string platform) =>
        platform.StartsWith("ios", StringComparison.OrdinalIgnoreCase) || platform.StartsWith("ipados", StringComparison.OrdinalIgnoreCase);

    private static MethodReply Reply(string nodeId, string command, JsonElement result)
    {
        if (result.GetProperty("ok").ValueKind != JsonValueKind.True)
        {
            JsonElement error = result.TryGetProperty("error", out JsonElement given) && given.ValueKind == JsonValueKind.Object
                ? given
                : default;
            string code = Text(error, "code") ?? "UNAVAILABLE";
            string message = Text(error, "message") ?? "node invoke failed";
            return Failed(code, message, $"{code}: {message}", dispatched: true);
        }

        string? text = Text(result, "payloadJSON");
        bool inline = result.TryGetProperty("payload", out JsonElement payload);
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("nodeId"u8, nodeId);
            json.WriteString("command"u8, command);
            WritePayload(json, inline, payload, text);
        });
    }

    // payload as JSON and as text, whichever of the two the node sent
    private static void WritePayload(Utf8JsonWriter json, bool inline, JsonElement payload, string? text)
    {
        if (inline)
        {
            json.WritePropertyName("payload"u8);
            payload.WriteTo(json);
        }
        else if (text is { Length: > 0 })
        {
            json.WritePropertyName("payload"u8);
            try
            {
                json.WriteRawValue(text);
            }
            catch (JsonException)
            {
                json.WriteStringValue(text);
            }
        }

        PairingJson.WriteOptional(json, "payloadJSON", text ?? (inline ? payload.GetRawText() : null));
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string[] Clean(IReadOnlyList<string> names) =>
        [.. names.Where(IsName).Distinct(StringComparer.Ordinal).Take(NodeSurface.MaxEntries)];

    private static bool IsName(string name) => name.Length is > 0 and <= 128 && !name.Any(char.IsControl);

    private async Task AskAsync(GatewayConnection connection)
    {
        ConnectionGrant grant = connection.Grant!;
        string nodeId = grant.DeviceId!;
        events.NodePresence(nodeId, connected: true);
        try
        {
            PairedDevice? device = runtime.Devices.Find(nodeId);
            NodeSurface approved = device?.Surface ?? NodeSurface.Empty;
            if (!approved.Covers(grant.Declared))
            {
                (NodeRequest request, bool created) =
                    await runtime.Devices.Nodes.RequestAsync(nodeId, grant.Declared, CancellationToken.None);
                if (created)
                {
                    events.NodeRequested(request, device);
                    Log.Waits(_logger, nodeId, request.RequestId);
                }
            }
        }
        catch (StorageException failure)
        {
            Log.NotAsked(_logger, nodeId, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2125, LogLevel.Warning, "Node {NodeId} offers commands that nobody has approved. Approve them with 'openclaw devices approve {RequestId}'.")]
        public static partial void Waits(ILogger logger, string nodeId, string requestId);

        [LoggerMessage(2126, LogLevel.Error, "What node {NodeId} offers could not be stored; it is asked for again when the node reconnects.")]
        public static partial void NotAsked(ILogger logger, string nodeId, Exception exception);
    }
}
