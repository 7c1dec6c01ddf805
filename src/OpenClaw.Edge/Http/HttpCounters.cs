using System.Diagnostics.Metrics;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Http;

/// <summary>What this port counted since the start, and the turns of all ports: whoever asked for a turn, it is counted
/// once, at its end. Plain interlocked numbers, so that counting costs nothing worth
/// naming; the Prometheus text and OpenTelemetry both read them. Thread-safe.</summary>
internal sealed class HttpCounters : IDisposable
{
    private readonly long[] _requestsByClass = new long[6];
    private readonly long[] _requestsByRoute = new long[Enum.GetValues<HttpRoute>().Length];
    private readonly long[] _turnsByStatus = new long[Enum.GetValues<RunStatus>().Length];
    private readonly Meter _meter = new(EdgeTelemetry.MeterName);
    private long _active;
    private long _promptTokens;
    private long _completionTokens;
    private long _bytesOut;
    private long _unauthorized;
    private long _rateLimited;
    private long _clientGone;
    private long _upstreamFailures;

    public HttpCounters()
    {
        _meter.CreateObservableCounter("openclaw.http.requests", () => Requests);
        _meter.CreateObservableUpDownCounter("openclaw.http.active_requests", () => Active);
        _meter.CreateObservableCounter("openclaw.http.prompt_tokens", () => PromptTokens);
        _meter.CreateObservableCounter("openclaw.http.completion_tokens", () => CompletionTokens);
    }

    public long Active => Interlocked.Read(ref _active);

    public long Requests => _requestsByRoute.Sum();

    public long PromptTokens => Interlocked.Read(ref _promptTokens);

    public long CompletionTokens => Interlocked.Read(ref _completionTokens);

    public long BytesOut => Interlocked.Read(ref _bytesOut);

    public long Unauthorized => Interlocked.Read(ref _unauthorized);

    public long RateLimited => Interlocked.Read(ref _rateLimited);

    public long ClientGone => Interlocked.Read(ref _clientGone);

    public long UpstreamFailures => Interlocked.Read(ref _upstreamFailures);

    /// <summary>Requests by the first digit of their status; index 0 are those whose client left before the answer.</summary>
    public IReadOnlyList<long> RequestsByClass => _requestsByClass;

    public long TurnsOf(RunStatus status) => Interlocked.Read(ref _turnsByStatus[(int)status]);

    /// <summary>Counts a turn that has ended, and its tokens; never blocks.</summary>
    public void On(RunEvent runEvent)
    {
        if (runEvent is RunEndedEvent { Result: { } result })
        {
            Interlocked.Increment(ref _turnsByStatus[(int)result.Status]);
            Tokens(ChatAnswer.PromptTokens(result.Usage), result.Usage.Output);
        }
    }

    public long RequestsOf(HttpRoute route) => Interlocked.Read(ref _requestsByRoute[(int)route]);

    public void Begin() => Interlocked.Increment(ref _active);

    public void End(HttpRoute route, int status)
    {
        Interlocked.Decrement(ref _active);
        Interlocked.Increment(ref _requestsByRoute[(int)route]);
        Interlocked.Increment(ref _requestsByClass[status is >= 100 and < 600 ? status / 100 : 0]);
        switch (status)
        {
            case 401:
                Interlocked.Increment(ref _unauthorized);
                break;
            case 429:
                Interlocked.Increment(ref _rateLimited);
                break;
        }
    }

    public void Tokens(long prompt, long completion)
    {
        Interlocked.Add(ref _promptTokens, prompt);
        Interlocked.Add(ref _completionTokens, completion);
    }

    public void Sent(long bytes) => Interlocked.Add(ref _bytesOut, bytes);

    public void ClientLeft() => Interlocked.Increment(ref _clientGone);

    public void UpstreamFailed() => Interlocked.Increment(ref _upstreamFailures);

    public void Dispose() => _meter.Dispose();
}
