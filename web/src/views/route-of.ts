import type { Route, RouteName } from '../state/routes.ts';

/** The route a view is for. */
export type RouteFor<N extends RouteName> = Extract<Route, { name: N }>;
