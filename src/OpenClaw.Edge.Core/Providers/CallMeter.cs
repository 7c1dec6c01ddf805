using System.Diagnostics;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Providers;

/// <summary>Measures one call for <see cref="ProviderCounts"/> and <see cref="EdgeTelemetry"/>. Disposed without an end, the
/// caller has left. Not thread-safe.</summary>
public sealed class CallMeter : IDisposable
{
    private readonly ProviderCounts _counts;
    private readonly string _provider;
    private readonly string? _model;
    private readonly TimeProvider _clock;
    private readonly long _start;
    private TimeSpan _first;
    private bool _begun;
    private bool _ended;

    internal CallMeter(ProviderCounts counts, string provider, string? model, TimeProvider clock)
    {
        _counts = counts;
        _provider = provider;
        _model = model;
        _clock = clock;
        _start = clock.GetTimestamp();
    }

    /// <summary>Counts the first piece of the answer; later ones do nothing.</summary>
    public void Piece()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        _first = _clock.GetElapsedTime(_start);
        _counts.FirstToken(_first);
        if (EdgeTelemetry.TimeToFirstToken.Enabled)
        {
            EdgeTelemetry.TimeToFirstToken.Record(_first.TotalSeconds, Tags());
        }
    }

    /// <summary>Counts the tokens of an answer that has ended.</summary>
    public void Tokens(long input, long output, long cacheRead)
    {
        _counts.Tokens(input, output, cacheRead);
        if (_begun && output > 0)
        {
            _counts.Came(output, _first, _clock.GetElapsedTime(_start) - _first);
        }

        if (EdgeTelemetry.ModelTokens.Enabled)
        {
            Add("input", input);
            Add("output", output);
            Add("cache_read", cacheRead);
        }
    }

    /// <summary>Ends the call well.</summary>
    public void Succeeded()
    {
        if (!_ended)
        {
            _counts.Succeeded();
            End("ok");
        }
    }

    /// <summary>Ends the call with a failure.</summary>
    public void Failed(ProviderFailure failure)
    {
        if (!_ended)
        {
            _counts.Failed(failure);
            End(failure.ToString());
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_ended)
        {
            _counts.Left();
            End("cancelled");
        }
    }

    /// <summary>Looks at a delta that passes.</summary>
    internal void Note(in ChatDelta delta)
    {
        if (delta.Kind is ChatDeltaKind.Text or ChatDeltaKind.Thinking or ChatDeltaKind.ToolCall)
        {
            Piece();
        }

        if (delta.Finish is { } finish)
        {
            Tokens(finish.Usage.Input, finish.Usage.Output, finish.Usage.CacheRead);
            Succeeded();
        }
    }

    private void Add(string type, long count)
    {
        TagList tags = Tags();
        tags.Add("type", type);
        EdgeTelemetry.ModelTokens.Add(count, tags);
    }

    private void End(string outcome)
    {
        _ended = true;
        if (EdgeTelemetry.ModelCallDuration.Enabled)
        {
            TagList tags = Tags();
            tags.Add("outcome", outcome);
            EdgeTelemetry.ModelCallDuration.Record(_clock.GetElapsedTime(_start).TotalSeconds, tags);
        }
    }

    private TagList Tags()
    {
        TagList tags = new() { { "provider", _provider } };
        if (_model is not null)
        {
            tags.Add("model", _model);
        }

        return tags;
    }
}
