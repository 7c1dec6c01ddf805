using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Agents;

/// <summary>How far the estimate of tokens is off for each model, learnt from what servers count. Bounded. Thread-safe.</summary>
internal sealed class TokenCalibration
{
    private const int MaxModels = 64;
    private const int LeastTokens = 200; // below that, templates weigh more than text
    private const double Least = 0.6; // a server that counts less left out what it had cached
    private const double Most = 2.5;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, double> _ratios = new(StringComparer.Ordinal);

    /// <summary>What an estimate is multiplied by; 1 for a model that was not called yet.</summary>
    public double Ratio(string modelRef)
    {
        lock (_gate)
        {
            return _ratios.GetValueOrDefault(modelRef, 1);
        }
    }

    /// <summary>Learns from a call: half of what was known, half of what was seen.</summary>
    /// <param name="modelRef"><c>provider/model</c>.</param>
    /// <param name="request">What was sent.</param>
    /// <param name="counted">Prompt tokens by the server, cached ones too; 0 when it did not say.</param>
    public void Learn(string modelRef, ModelRequest request, long counted)
    {
        if (counted < LeastTokens)
        {
            return;
        }

        int estimated = TokenEstimate.Of(request);
        if (estimated < LeastTokens || counted / (double)estimated is not (>= Least and <= Most) || request.Messages.Any(message => message.Images.Count > 0))
        {
            return;
        }

        lock (_gate)
        {
            double seen = counted / (double)estimated;
            if (_ratios.TryGetValue(modelRef, out double known))
            {
                _ratios[modelRef] = (known + seen) / 2;
            }
            else if (_ratios.Count < MaxModels)
            {
                _ratios.Add(modelRef, seen);
            }
        }
    }
}
