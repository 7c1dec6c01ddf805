using System.Diagnostics;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Providers;

/// <summary>Measures one call for <see cref="EdgeTelemetry"/>.</summary>
internal struct CallMeter(string provider, string model, TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();
    private bool _begun;

    /// <summary>Looks at a delta that passes.</summary>
    public void Note(in ChatDelta delta)
    {
        if (!_begun && delta.Kind is ChatDeltaKind.Text or ChatDeltaKind.Thinking or ChatDeltaKind.ToolCall)
        {
            _begun = true;
            EdgeTelemetry.TimeToFirstToken.Record(clock.GetElapsedTime(_start).TotalSeconds, Tags());
        }

        if (delta.Finish is { } finish)
        {
            TagList tags = Tags();
            tags.Add("type", "input");
            EdgeTelemetry.ModelTokens.Add(finish.Usage.Input, tags);
            tags = Tags();
            tags.Add("type", "output");
            EdgeTelemetry.ModelTokens.Add(finish.Usage.Output, tags);
            tags = Tags();
            tags.Add("type", "cache_read");
            EdgeTelemetry.ModelTokens.Add(finish.Usage.CacheRead, tags);
            End("ok");
        }
    }

    /// <summary>Records that the call failed.</summary>
    public readonly void Failed(ProviderFailure failure) => End(failure.ToString());

    private readonly void End(string outcome)
    {
        TagList tags = Tags();
        tags.Add("outcome", outcome);
        EdgeTelemetry.ModelCallDuration.Record(clock.GetElapsedTime(_start).TotalSeconds, tags);
    }

    private readonly TagList Tags() => new() { { "provider", provider }, { "model", model } };
}
