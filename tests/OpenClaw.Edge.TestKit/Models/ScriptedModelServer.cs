using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>
/// A model server on 127.0.0.1 that says what the test tells it to: Ollama, OpenAI-compatible, Anthropic and LM Studio wires on one real HTTP/1.1 port.
/// A chat request takes the next queued answer, else follows the orders in its prompt (<c>[tokens:N]</c> and the like, see PromptDirectives), else gets <see cref="DefaultAnswer"/>. Thread-safe.
/// </summary>
public sealed class ScriptedModelServer : IAsyncDisposable
{
    private const int KeptRequests = 4096;
    private readonly ConcurrentQueue<ModelAnswer> answers = new();
    private readonly ConcurrentQueue<ScriptedRequest> requests = new();
    private readonly ConcurrentDictionary<string, int> attempts = new();
    private readonly ConcurrentDictionary<ModelConnection, Task> connections = new();
    private readonly Channel<ScriptedRequest> arrivals = Channel.CreateBounded<ScriptedRequest>(
        new BoundedChannelOptions(KeptRequests) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly CancellationTokenSource stop = new();
    private readonly IPEndPoint endPoint;
    private Socket? listener;
    private Task accepting = Task.CompletedTask;
    private int ids;

    private ScriptedModelServer(int port)
    {
        listener = Listen(new IPEndPoint(IPAddress.Loopback, port));
        endPoint = (IPEndPoint)listener.LocalEndPoint!;
        accepting = AcceptAsync(listener);
    }

    /// <summary>Root of the server, for instance <c>http://127.0.0.1:41234</c>.</summary>
    public Uri BaseUri => new($"http://127.0.0.1:{endPoint.Port}");

    /// <summary>The port it listens on.</summary>
    public int Port => endPoint.Port;

    /// <summary>Models in every list. A request for a model that is not here gets 404 when <see cref="OnlyListedModels"/> is set.</summary>
    public IReadOnlyList<ScriptedModel> Models { get; set; } =
    [
        new("scripted:8b") { Capabilities = ["completion", "tools", "thinking"], Loaded = true },
        new("small:3b"),
        new("nomic-embed-text:latest") { Capabilities = ["embedding"], MaxContext = 2048 },
    ];

    /// <summary>Whether an unknown model is an error; off by default.</summary>
    public bool OnlyListedModels { get; set; }

    /// <summary>What it says when nothing else was ordered.</summary>
    public ModelAnswer DefaultAnswer { get; set; } = ModelAnswer.Say("Hello", " from", " the", " scripted", " model", ".");

    /// <summary>Name of the thinking field on <c>/v1/chat/completions</c>: <c>reasoning_content</c> (LM Studio, llama.cpp, older vLLM) or <c>reasoning</c> (Ollama, newer vLLM).</summary>
    public string ReasoningField { get; set; } = "reasoning_content";

    /// <summary>Writes everything outside ASCII as <c>\uXXXX</c>, as servers in Python do.</summary>
    public bool EscapeNonAscii { get; set; }

    /// <summary>Answers 401 to a request without this bearer token or <c>x-api-key</c>; none by default.</summary>
    public string? RequiredKey { get; set; }

    /// <summary>Paths (for instance <c>/api/tags</c>) that answer 404, to play a server that lacks them.</summary>
    public ISet<string> MissingPaths { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Length of the vectors it makes.</summary>
    public int Dimensions { get; set; } = 8;

    /// <summary>How requests for vectors go wrong: <see cref="ModelFault.ErrorObject"/> is status 500, <see cref="ModelFault.NoHead"/> no answer at all.</summary>
    public ModelFault EmbedFault { get; set; }

    /// <summary>The requests so far for vectors.</summary>
    public IReadOnlyList<ScriptedRequest> EmbedRequests => [.. requests.Where(request => request.Path is "/api/embed" or "/v1/embeddings")];

    /// <summary>The requests so far, oldest first; the last 4,096 are kept.</summary>
    public IReadOnlyList<ScriptedRequest> Requests => [.. requests];

    /// <summary>The requests so far that asked for an answer of the model.</summary>
    public IReadOnlyList<ScriptedRequest> ChatRequests => [.. requests.Where(request => ModelRoutes.IsChat(request))];

    /// <summary>Connections that are open.</summary>
    public int OpenConnections => connections.Count;

    /// <summary>Connections accepted so far.</summary>
    public int AcceptedConnections { get; private set; }

    /// <summary>Starts a server on a free port, or on <paramref name="port"/>.</summary>
    public static ScriptedModelServer Start(int port = 0) => new(port);

    /// <summary>Queues answers; each chat request takes one.</summary>
    public void Enqueue(params IReadOnlyList<ModelAnswer> next)
    {
        foreach (ModelAnswer answer in next)
        {
            answers.Enqueue(answer);
        }
    }

    /// <summary>The next chat request that no earlier call of this returned. Fails after 15 s.</summary>
    public async Task<ScriptedRequest> NextChatRequestAsync() =>
        await Guard.Within(arrivals.Reader.ReadAsync().AsTask(), "a chat request at the scripted model server");

    /// <summary>Forgets requests and queued answers, and what was counted for <c>[fault:…*T]</c>.</summary>
    public void Reset()
    {
        answers.Clear();
        requests.Clear();
        attempts.Clear();
        while (arrivals.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>Goes away: the port refuses connections and the open ones are reset. <see cref="Return"/> undoes it.</summary>
    public async Task GoAwayAsync()
    {
        listener?.Dispose();
        listener = null;
        await accepting;
        foreach (ModelConnection connection in connections.Keys)
        {
            connection.Reset();
        }
    }

    /// <summary>Listens again on the same port after <see cref="GoAwayAsync"/>.</summary>
    public void Return()
    {
        listener = Listen(endPoint);
        accepting = AcceptAsync(listener);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await GoAwayAsync();
        await Task.WhenAll(connections.Values);
        stop.Dispose();
    }

    internal string NextId() => $"{Interlocked.Increment(ref ids):x8}";

    internal void Record(ScriptedRequest request)
    {
        requests.Enqueue(request);
        while (requests.Count > KeptRequests && requests.TryDequeue(out _))
        {
        }

        if (ModelRoutes.IsChat(request))
        {
            arrivals.Writer.TryWrite(request);
        }
    }

    internal ModelAnswer AnswerTo(string prompt, int toolResults)
    {
        ModelAnswer answer = answers.TryDequeue(out ModelAnswer? queued)
            ? queued
            : PromptDirectives.Read(prompt, toolResults, key => attempts.AddOrUpdate(key, 1, (_, count) => count + 1)) ?? DefaultAnswer;
        return answer with { ToolCalls = [.. answer.ToolCalls.Select(call => call with { Id = call.Id ?? $"call_{NextId()}" })] };
    }

    private static Socket Listen(IPEndPoint at)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(at);
        socket.Listen(4096);
        return socket;
    }

    private async Task AcceptAsync(Socket from)
    {
        try
        {
            while (true)
            {
                Socket socket = await from.AcceptAsync();
                socket.NoDelay = true;
                AcceptedConnections++;
                ModelConnection connection = new(this, socket, stop.Token);
                connections[connection] = Task.CompletedTask;
                connections[connection] = RunAsync(connection);
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // the listener was closed
        }
    }

    private async Task RunAsync(ModelConnection connection)
    {
        await Task.Yield();
        await connection.RunAsync();
        connections.TryRemove(connection, out _);
    }
}
