namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>probes</c> section (ours): what <c>/readyz</c> looks at.</summary>
public sealed record ProbesConfig
{
    /// <summary>Whether <c>/readyz</c> answers 503 while no model server answers; <see langword="true"/> unless set.</summary>
    public bool ModelsBlockReady { get; init; } = true;
}
