namespace OpenClaw.Edge.Providers;

/// <summary>Which model a turn wants.</summary>
/// <param name="Primary"><c>provider/model</c>, an alias, or a bare model id; <see langword="null"/> is the catalogue's
/// default, which the router looks up when the call starts.</param>
/// <param name="Fallbacks">What to try next, in order, when the primary fails in a way another model may not.</param>
/// <param name="Strict">A person named exactly this model: it never falls over to another.</param>
public sealed record ModelChoice(string? Primary, IReadOnlyList<string> Fallbacks, bool Strict = false)
{
    /// <summary>The catalogue's default model without fallbacks.</summary>
    public static ModelChoice Default { get; } = new(null, []);

    /// <summary>Exactly this model.</summary>
    public static ModelChoice Only(string modelRef) => new(modelRef, [], Strict: true);
}
