namespace OpenClaw.Edge.Providers;

/// <summary>One model to try.</summary>
/// <param name="Entry">Its provider.</param>
/// <param name="Model">Its id there.</param>
internal sealed record RouteStep(ModelProviderEntry Entry, string Model)
{
    /// <summary><c>provider/model</c>.</summary>
    public string Ref { get; } = $"{Entry.Id}/{Model}";
}
