using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Core.Tests.Agents;

/// <summary>A model provider that answers as the test says: one script a call, in order.</summary>
internal sealed class ScriptedProvider : IModelProvider
{
    private readonly ConcurrentQueue<Func<CancellationToken, IAsyncEnumerable<ChatDelta>>> _scripts = new();
    private readonly Channel<ModelRequest> _calls = Channel.CreateBounded<ModelRequest>(1000);

    public string Id => "scripted";

    public List<ModelRequest> Requests { get; } = [];

    public int Window { get; set; } = 8192;

    public ProviderException? Failing { get; set; }

    /// <summary>Answers the next call with texts.</summary>
    public void Say(params string[] texts) => _scripts.Enqueue(_ => SayAsync(texts, [], null));

    /// <summary>Answers the next call with tool calls.</summary>
    public void Call(params ToolCall[] calls) => _scripts.Enqueue(_ => SayAsync([], calls, null));

    /// <summary>Answers the next call with tool calls, not before a task has ended.</summary>
    public void CallAfter(Task release, params ToolCall[] calls) => _scripts.Enqueue(_ => AfterAsync(release, calls));

    /// <summary>Answers the next call with a text and a tool call.</summary>
    public void SayAndCall(string text, ToolCall call) => _scripts.Enqueue(_ => SayAsync([text], [call], null));

    /// <summary>Answers the next call with a thought and no words.</summary>
    public void Think(string thought) => _scripts.Enqueue(_ => ThinkAsync(thought));

    /// <summary>Fails the next call after a text.</summary>
    public void Fail(ProviderException exception, params string[] texts) => _scripts.Enqueue(_ => SayAsync(texts, [], exception));

    /// <summary>Answers the next call with what the test writes, until it completes the channel.</summary>
    public ChannelWriter<string> Hold()
    {
        Channel<string> texts = Channel.CreateBounded<string>(1000);
        _scripts.Enqueue(token => HoldAsync(texts.Reader, token));
        return texts.Writer;
    }

    /// <summary>Waits until the model is called and returns the request.</summary>
    public async Task<ModelRequest> CalledAsync() => await _calls.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5));

    public IAsyncEnumerable<ChatDelta> StreamAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        lock (Requests)
        {
            Requests.Add(request);
        }

        _calls.Writer.TryWrite(request);
        return _scripts.TryDequeue(out Func<CancellationToken, IAsyncEnumerable<ChatDelta>>? script)
            ? script(cancellationToken)
            : SayAsync(["ok"], [], null);
    }

    public Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelInfo>>(
            [new ModelInfo { Id = "one", Name = "One", Provider = Id, ContextWindow = Window }]);

    private static async IAsyncEnumerable<ChatDelta> SayAsync(string[] texts, ToolCall[] calls, ProviderException? failure)
    {
        await Task.Yield();
        foreach (string text in texts)
        {
            yield return ChatDelta.OfText(Encoding.UTF8.GetBytes(text));
        }

        foreach (ToolCall call in calls)
        {
            yield return ChatDelta.Of(call);
        }

        if (failure is not null)
        {
            throw failure;
        }

        yield return ChatDelta.Of(Finish(calls.Length > 0 ? "toolUse" : "stop", texts.Length));
    }

    private static async IAsyncEnumerable<ChatDelta> ThinkAsync(string thought)
    {
        await Task.Yield();
        yield return ChatDelta.OfThinking(Encoding.UTF8.GetBytes(thought));
        yield return ChatDelta.Of(Finish("stop", 7));
    }

    private static async IAsyncEnumerable<ChatDelta> AfterAsync(Task release, ToolCall[] calls)
    {
        await release.WaitAsync(TimeSpan.FromSeconds(5));
        await foreach (ChatDelta delta in SayAsync([], calls, null))
        {
            yield return delta;
        }
    }

    private static async IAsyncEnumerable<ChatDelta> HoldAsync(
        ChannelReader<string> texts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int count = 0;
        await foreach (string text in texts.ReadAllAsync(cancellationToken))
        {
            count++;
            yield return ChatDelta.OfText(Encoding.UTF8.GetBytes(text));
        }

        yield return ChatDelta.Of(Finish("stop", count));
    }

    private static ModelFinish Finish(string reason, int output) => new(
        reason,
        new MessageUsage { Input = 100, Output = output, TotalTokens = 100 + output },
        "scripted",
        "one",
        "scripted-api",
        "resp-1");
}
