/** To come. */
export const TheArray = () => <h1>array</h1>;
