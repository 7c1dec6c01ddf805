namespace OpenClaw.Edge.Sessions;

/// <summary>A member of a patch: absent, or set (to null perhaps).</summary>
/// <param name="IsSet">Whether the patch names the member.</param>
/// <param name="Value">The new value.</param>
/// <typeparam name="T">Type of the member.</typeparam>
public readonly record struct Optional<T>(bool IsSet, T Value)
{
    /// <summary>The new value, or what was there.</summary>
    public T Or(T current) => IsSet ? Value : current;
}
