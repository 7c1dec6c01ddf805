namespace OpenClaw.Edge.Providers;

/// <summary>What of the OpenAI wires a server takes.</summary>
/// <param name="Stream">Whether to stream.</param>
/// <param name="Tools">Whether to send tools.</param>
/// <param name="StreamOptions">Whether it takes <c>stream_options</c>.</param>
/// <param name="MaxTokensField"><c>max_tokens</c> or <c>max_completion_tokens</c>.</param>
internal sealed record OpenAiShape(bool Stream, bool Tools, bool StreamOptions, string MaxTokensField)
{
    /// <summary>Another shape after a refusal; null when the refusal is not about the shape.</summary>
    public OpenAiShape? After(ProviderException failure, bool hasTools)
    {
        string said = failure.Message;
        if (failure.Failure == ProviderFailure.BadRequest && failure.HttpStatus is 400 or 422)
        {
            if (StreamOptions && said.Contains("stream_options", StringComparison.OrdinalIgnoreCase))
            {
                return this with { StreamOptions = false };
            }

            if (MaxTokensField == "max_tokens" && said.Contains("max_completion_tokens", StringComparison.Ordinal))
            {
                return this with { MaxTokensField = "max_completion_tokens" };
            }

            if (MaxTokensField == "max_completion_tokens" && said.Contains("max_completion_tokens", StringComparison.Ordinal))
            {
                return this with { MaxTokensField = "max_tokens" };
            }
        }

        if (Tools && hasTools && FailurePhrases.MeansNoTools(said))
        {
            return this with { Tools = false };
        }

        return Stream && Tools && hasTools && (failure.Failure == ProviderFailure.Malformed
            || (failure.Failure is ProviderFailure.ServerError or ProviderFailure.BadRequest && FailurePhrases.MeansToolTrouble(said)))
            ? this with { Stream = false }
            : null;
    }
}
