import { createContext, useContext, type ReactNode } from 'react'

const Auth = createContext<{ getUserId: () => string }>({ getUserId: () => 'anonymous' })

export const AuthProvider = ({ children }: { children: ReactNode }) => <Auth.Provider value={{ getUserId: () => 'ann' }}>{children}</Auth.Provider>
export const useAuth = () => useContext(Auth)
