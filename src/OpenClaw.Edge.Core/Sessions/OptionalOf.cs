namespace OpenClaw.Edge.Sessions;

/// <summary>Makes <see cref="Optional{T}"/> values.</summary>
public static class Optional
{
    /// <summary>A member that the patch names.</summary>
    /// <typeparam name="T">Type of the member.</typeparam>
    public static Optional<T> Of<T>(T value) => new(true, value);
}
