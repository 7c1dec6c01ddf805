using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.TestKit.Engines;

/// <summary>A container engine that speaks Docker's API on a real unix socket and runs nothing: containers are rows in a
/// table, and what a command answers is what the test says. Its commands never touch the host, except that the sandbox's
/// self-test finds its file.</summary>
public sealed class FakeDockerEngine : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, JsonElement> containers = new();
    private readonly ConcurrentDictionary<string, FakeExec> prepared = new();
    private readonly ConcurrentDictionary<string, FakeExecAnswer> ended = new();
    private readonly ConcurrentDictionary<Socket, bool> open = new();
    private readonly Task loop;
    private int ids;

    private FakeDockerEngine(string path)
    {
        SocketPath = path;
        File.Delete(path);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(64);
        loop = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public string SocketPath { get; }

    /// <summary>What commands answer; a command that ends at once with no output when it returns null.</summary>
    public Func<FakeExec, FakeExecAnswer?> OnExec { get; set; } = static _ => null;

    /// <summary>Answers a call in the engine's place: gets <c>METHOD /path</c> without version, may wait, and returns status and
    /// body, or null to let the engine answer.</summary>
    public Func<string, CancellationToken, Task<(int Status, string Body)?>>? OnCall { get; set; }

    /// <summary>Images it has; builds add to them.</summary>
    public ConcurrentDictionary<string, string> Images { get; } = new([new("openclaw-sandbox:bookworm-slim", "sha256:1")]);

    /// <summary>Calls so far, <c>METHOD /path</c> without version and query.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Commands so far, without those of the self-test.</summary>
    public ConcurrentQueue<FakeExec> Execs { get; } = new();

    /// <summary>Bodies with which containers were made, by name; removed ones are gone.</summary>
    public IReadOnlyDictionary<string, JsonElement> Containers => containers;

    /// <summary>Starts one on a socket at <paramref name="path"/>.</summary>
    public static FakeDockerEngine Start(string path) => new(path);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested)
        {
            return;
        }

        await stop.CancelAsync();
        listener.Dispose();
        foreach (Socket socket in open.Keys)
        {
            socket.Dispose();
        }

        await loop;
        File.Delete(SocketPath);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listener.AcceptAsync(stop.Token);
                open[socket] = true;
                _ = ServeAsync(socket);
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using NetworkStream stream = new(socket, ownsSocket: true);
            while (await EngineRequest.ReadAsync(stream, stop.Token) is { } request)
            {
                Calls.Enqueue($"{request.Method} {request.Path}");
                if (request.Path.StartsWith("/exec/", StringComparison.Ordinal) && request.Path.EndsWith("/start", StringComparison.Ordinal))
                {
                    await RunAsync(stream, request.Path.Split('/')[2]);
                    return;
                }

                (int status, string body) = (OnCall is { } over ? await over($"{request.Method} {request.Path}", stop.Token) : null) ?? Answer(request);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(
                    $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
            }
        }
        catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // the peer went away, or the engine stops
        }
        finally
        {
            open.TryRemove(socket, out _);
        }
    }

    private (int Status, string Body) Answer(EngineRequest request)
    {
        string[] path = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return (request.Method, path) switch
        {
            (_, ["_ping"]) => (200, "\"OK\""),
            (_, ["version"]) => (200, """{"Version":"99.0","ApiVersion":"1.41","Components":[{"Name":"Engine","Version":"99.0"}]}"""),
            (_, ["info"]) => (200, """{"SecurityOptions":["name=seccomp,profile=default","name=rootless"],"MemTotal":4294967296,"NCPU":4,"CgroupDriver":"systemd","MemoryLimit":true,"PidsLimit":true,"CpuCfsQuota":true}"""),
            ("GET", ["images", .. var name, "json"]) => Images.TryGetValue(Uri.UnescapeDataString(string.Join('/', name)), out string? image)
                ? (200, $$"""{"Id":"{{image}}"}""") : (404, """{"message":"No such image"}"""),
            ("POST", ["build"]) => Build(request.Query["t"]),
            ("GET", ["containers", "json"]) => (200, "[" + string.Join(',', containers.Where(pair => HasLabels(pair.Value, request)).Select(pair => Summary(pair.Key, pair.Value))) + "]"),
            ("POST", ["containers", "create"]) => Create(request.Query["name"], request.Json()),
            ("GET", ["containers", var name, "json"]) => containers.TryGetValue(name, out JsonElement made)
                ? (200, $$$"""{"Id":"{{{name}}}","Name":"/{{{name}}}","Image":"sha256:1","Created":"2026-01-01T00:00:00Z","State":{"Status":"running","Running":true,"ExitCode":0},"Config":{"Image":"x","Labels":{{{made.GetProperty("Labels")}}}}}""")
                : Missing(name),
            ("DELETE", ["containers", var name]) => containers.TryRemove(name, out _) ? (204, "") : Missing(name),
            ("POST", ["containers", var name, "exec"]) => Prepare(name, request.Json()),
            ("POST", ["containers", var name, "start"]) when containers.TryGetValue(name, out JsonElement begun) => Begin(begun),
            ("POST", ["containers", var name, _]) => containers.ContainsKey(name) ? (204, "") : Missing(name),
            ("GET", ["exec", var id, "json"]) => (200, ended.TryGetValue(id, out FakeExecAnswer? done)
                ? $$"""{"ID":"{{id}}","Running":false,"ExitCode":{{done.ExitCode}}}""" : $$"""{"ID":"{{id}}","Running":true}"""),
            _ => (404, """{"message":"the fake engine has no such call"}"""),
        };
    }

    private static (int Status, string Body) Missing(string name) => (404, $$"""{"message":"No such container: {{name}}"}""");

    private static string Summary(string name, JsonElement made) =>
        $$"""{"Id":"{{name}}","Names":["/{{name}}"],"Image":"{{made.GetProperty("Image").GetString()}}","State":"running","Status":"Up","Created":1767225600,"Labels":{{made.GetProperty("Labels")}}}""";

    private static bool HasLabels(JsonElement made, EngineRequest request)
    {
        using JsonDocument filters = JsonDocument.Parse(request.Query.GetValueOrDefault("filters", "{}"));
        JsonElement labels = made.GetProperty("Labels");
        return !filters.RootElement.TryGetProperty("label", out JsonElement wanted)
            || wanted.EnumerateArray().All(label => label.GetString()!.Split('=', 2) is [string name, string value]
                && labels.TryGetProperty(name, out JsonElement has) && has.GetString() == value);
    }

    // A first process that writes a sign of life into the workspace does so on the host.
    private static (int Status, string Body) Begin(JsonElement made)
    {
        string command = made.GetProperty("Cmd").EnumerateArray().Last().GetString()!;
        if (command.Contains("/.openclaw-self-test;", StringComparison.Ordinal))
        {
            string bind = made.GetProperty("HostConfig").GetProperty("Binds")[0].GetString()!;
            using FileStream sign = File.Create(bind[..bind.IndexOf(':', StringComparison.Ordinal)] + "/.openclaw-self-test");
        }

        return (204, "");
    }

    private (int Status, string Body) Build(string tag)
    {
        Images[tag] = "sha256:built";
        return (200, "{\"stream\":\"Step 1/2 : FROM debian\\n\"}\n{\"stream\":\"Successfully built\\n\"}\n");
    }

    private (int Status, string Body) Create(string name, JsonElement body) => containers.TryAdd(name, body)
        ? (201, $$"""{"Id":"{{name}}","Warnings":[]}""")
        : (409, $$"""{"message":"Conflict. The container name \"/{{name}}\" is already in use"}""");

    private (int Status, string Body) Prepare(string container, JsonElement body)
    {
        if (!containers.ContainsKey(container))
        {
            return Missing(container);
        }

        string id = $"exec{Interlocked.Increment(ref ids)}";
        prepared[id] = new FakeExec(
            container,
            body.GetProperty("Cmd").EnumerateArray().Last().GetString()!,
            body.TryGetProperty("Env", out JsonElement env) ? [.. env.EnumerateArray().Select(item => item.GetString()!)] : [],
            body.TryGetProperty("WorkingDir", out JsonElement workdir) ? workdir.GetString() : null);
        return (201, $$"""{"Id":"{{id}}"}""");
    }

    private async Task RunAsync(NetworkStream stream, string id)
    {
        FakeExec exec = prepared[id];
        FakeExecAnswer answer = SelfTest(exec) ?? Scripted(exec);
        await stream.WriteAsync("HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"u8.ToArray());
        await FrameAsync(stream, 1, answer.Output);
        await FrameAsync(stream, 2, answer.Errors);
        if (answer.Until is not null)
        {
            await answer.Until.WaitAsync(stop.Token);
        }

        if (!answer.Cut)
        {
            ended[id] = answer;
        }
    }

    private FakeExecAnswer Scripted(FakeExec exec)
    {
        Execs.Enqueue(exec);
        return OnExec(exec) ?? new FakeExecAnswer();
    }

    // "echo ok > /workspace/name" must be seen on the host, in the folder that is bound there.
    private FakeExecAnswer? SelfTest(FakeExec exec)
    {
        int name = exec.Command.IndexOf("/.openclaw-self-test-", StringComparison.Ordinal);
        if (name < 0)
        {
            return null;
        }

        string bind = containers[exec.Container].GetProperty("HostConfig").GetProperty("Binds")[0].GetString()!;
        string path = bind[..bind.IndexOf(':', StringComparison.Ordinal)] + exec.Command[name..];
        if (exec.Command.StartsWith("rm ", StringComparison.Ordinal))
        {
            File.Delete(path);
        }
        else
        {
            using FileStream made = File.Create(path);
        }

        return new FakeExecAnswer();
    }

    private static async Task FrameAsync(NetworkStream stream, byte kind, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > 0)
        {
            await stream.WriteAsync(new byte[] { kind, 0, 0, 0, (byte)(bytes.Length >> 24), (byte)(bytes.Length >> 16), (byte)(bytes.Length >> 8), (byte)bytes.Length });
            await stream.WriteAsync(bytes);
        }
    }
}
