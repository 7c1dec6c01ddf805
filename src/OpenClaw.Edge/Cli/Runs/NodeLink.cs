using System.Collections.Concurrent;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Runs;

/// <summary>This machine as a node of a gateway: connects, does what it is asked, and connects again when the connection is lost.
/// One loop; commands run beside it.</summary>
internal sealed class NodeLink(CliContext context, GatewayTarget target, GatewayConnectOptions options, INodeWork work)
{
    private const int MaxAtOnce = 16;

    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pairing = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_stats = TimeSpan.FromMinutes(1); // as the original's nodes
    private static readonly TimeSpan s_send = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new(StringComparer.Ordinal);
    private string _said = "";

    /// <summary>Serves until cancelled. Throws <see cref="CliException"/> when the gateway refuses for good.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait = s_shortest;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (await ServeAsync(cancellationToken))
                {
                    wait = s_shortest;
                }
            }
            catch (CliException refused) when (refused.Kind == CliException.PairingRequired)
            {
                Say(refused.Message);
                wait = s_pairing;
            }
            catch (CliException failure) when (failure.Exit is not (ExitCode.Unauthorized or ExitCode.Usage))
            {
                Say(failure.Message);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            try
            {
                await Task.Delay(wait * (1 + (Random.Shared.NextDouble() / 4)), context.Clock, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, s_longest.Ticks));
        }

        return (int)ExitCode.Ok;
    }

    private async Task<bool> ServeAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Events come on the reading loop, before the greeting is handed out: they wait for the client.
        TaskCompletionSource<GatewayClient> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            GatewayClient client = await GatewayClient.ConnectAsync(
                target, options with { OnEvent = told => Take(told, ready.Task, lost.Token) }, context.Clock, cancellationToken);
            await using (client)
            {
                ready.SetResult(client);
                Say($"connected to {target.Display} as node {options.Identity!.DeviceId}");
                while (!client.Closed.IsCompleted)
                {
                    await TellAsync(client, cancellationToken);
                    try
                    {
                        await client.Closed.WaitAsync(s_stats, context.Clock, cancellationToken);
                    }
                    catch (TimeoutException)
                    {
                        // a minute without an end: it is told again
                    }
                }

                await lost.CancelAsync();
                Say($"the connection to {target.Display} is lost; trying again");
            }

            return true;
        }
        finally
        {
            await lost.CancelAsync(); // what runs has nobody to answer
        }
    }

    private async Task TellAsync(GatewayClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.CallAsync(
                "node.event",
                json =>
                {
                    json.WriteStartObject();
                    json.WriteString("event"u8, "node.host.stats"u8);
                    json.WritePropertyName("payload"u8);
                    work.WriteHostStats(json);
                    json.WriteEndObject();
                },
                s_send,
                cancellationToken);
        }
        catch (CliException)
        {
            // a gateway that does not want to know: the commands are what counts
        }
    }

    private void Take(GatewayEvent told, Task<GatewayClient> ready, CancellationToken lost)
    {
        if (told.Name == "node.invoke.cancel")
        {
            if (told.Payload.Text("invokeId") is { } gone && _running.TryGetValue(gone, out CancellationTokenSource? running))
            {
                Cancel(running);
            }
        }
        else if (told.Name == "node.invoke.request" && told.Payload.Text("id") is { } id)
        {
            _ = DoAsync(id, told.Payload.Clone(), ready, lost);
        }
    }

    private async Task DoAsync(string id, JsonElement request, Task<GatewayClient> ready, CancellationToken lost)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(lost);
        try
        {
            string command = request.Text("command") ?? "";
            bool busy = _running.Count >= MaxAtOnce || !_running.TryAdd(id, stop);
            NodeReply answer = busy
                ? new NodeReply(default, "UNAVAILABLE", $"this node does {MaxAtOnce} commands at once")
                : options.Commands?.Contains(command) != true
                    ? new NodeReply(default, "UNAVAILABLE", $"{command} does not exist on this node")
                    : await WorkAsync(command, request, stop.Token);
            GatewayClient client = await ready.WaitAsync(lost);
            await client.CallAsync("node.invoke.result", json => Write(json, id, answer), s_send, lost);
        }
        catch (OperationCanceledException)
        {
            // the gateway does not wait any more
        }
        catch (CliException failure)
        {
            Say($"an answer could not be sent: {failure.Message}");
        }
        finally
        {
            _running.TryRemove(new KeyValuePair<string, CancellationTokenSource>(id, stop));
        }
    }

    // Whatever goes wrong here, a full disk for one, the gateway waits for an answer.
    private async Task<NodeReply> WorkAsync(string command, JsonElement request, CancellationToken stop)
    {
        try
        {
            return await work.InvokeAsync(command, ParamsOf(request), (int?)request.Number("timeoutMs"), stop);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return new NodeReply(default, "UNAVAILABLE", $"{command} failed on this node: {failure.Message}");
        }
    }

    private static void Cancel(CancellationTokenSource running)
    {
        try
        {
            running.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it has ended by itself, as the gateway's patience did
        }
    }

    private static JsonElement ParamsOf(JsonElement request)
    {
        if (request.Text("paramsJSON") is not { } text)
        {
            return request.Member("params");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private void Write(Utf8JsonWriter json, string id, NodeReply answer)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("nodeId"u8, options.Identity!.DeviceId);
        json.WriteBoolean("ok"u8, answer.Code is null);
        if (answer.Code is null)
        {
            json.WriteString("payloadJSON"u8, answer.Payload.GetRawText());
        }
        else
        {
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, answer.Code);
            json.WriteString("message"u8, answer.Message);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // A gateway that is away for a night says so once.
    private void Say(string line)
    {
        if (Interlocked.Exchange(ref _said, line) != line)
        {
            context.Note(line);
        }
    }
}
