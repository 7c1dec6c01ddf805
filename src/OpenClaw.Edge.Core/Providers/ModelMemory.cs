namespace OpenClaw.Edge.Providers;

/// <summary>What the window rule needs to know of a model and its machine.</summary>
internal readonly record struct ModelMemory
{
    /// <summary>Window that the model was trained for; zero when unknown.</summary>
    public long ModelWindow { get; init; }

    /// <summary><c>num_ctx</c> of its Modelfile; zero when it has none.</summary>
    public int ModelfileWindow { get; init; }

    /// <summary>Bytes of its weights.</summary>
    public long WeightBytes { get; init; }

    /// <summary>Bytes of key-value cache a token; zero when unknown.</summary>
    public long BytesPerToken { get; init; }

    /// <summary>Whether it is in memory already.</summary>
    public bool Loaded { get; init; }

    /// <summary>Free memory of the machine that runs it; null when that is another machine.</summary>
    public long? FreeBytes { get; init; }
}
